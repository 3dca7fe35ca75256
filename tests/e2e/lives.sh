#!/bin/sh
# Goal: whether a segment's owner lives is told by its lock and by nothing else:
# not by a PID, which is given again, is the same in two namespaces, and stays
# when a process becomes another program.
. "$(dirname "$0")/lib.sh"

start_host

segments() {
	find "$STATE/queue" -name 'seg-*' | wc -l
}
segments_are() {
	[ "$(segments)" = "$1" ]
}

# arrived NAME TAG N
arrived() {
	within 20 all_arrived "$3" "$2"
	verdict "$1" $? "$(events_of "$2" | sort -u | wc -l) of $3 arrived"
}

# ---- a process that becomes another program ----

"$BUILD/e2e/worker" exec "$STATE" exec 20 sleep 60 2>>"$T/worker.log" &
started=$!
arrived events-before-an-exec-arrive exec 20
within 10 segments_are 0
verdict an-exec-lets-go-of-the-segment $? "$(segments) segments"
kill -0 "$started"
verdict though-the-process-lives $? "it is gone"
kill -KILL "$started"

# ---- workers that are replaced all the time, as by a request limit ----

n=$((60 / SLOW))
i=0
while [ $i -lt $n ]; do
	worker log "$STATE" "recycled-$i" 1
	i=$((i + 1))
done
arrived recycled-workers-lose-nothing recycled $n
worker crowd "$STATE" short 50 1
arrived short-lives-at-once-lose-nothing short 50
within 10 segments_are 0
verdict short-lives-leave-nothing $? "$(segments) segments"

# ---- the same PID twice ----

apart=
for how in "unshare -p -f" "unshare -rp -f"; do
	if $how sh -c '[ $$ = 1 ]' 2>/dev/null; then
		apart=$how
		break
	fi
done
if [ -z "$apart" ]; then
	skip pid-namespaces "they cannot be made here"
else
	for w in a b; do
		# shellcheck disable=SC2086 # a command and its options
		$apart --kill-child=KILL "$BUILD/e2e/worker" linger "$STATE" \
		    "ns$w" 20 >"$T/pid-$w" 2>>"$T/worker.log" &
		eval "ns$w=$!"
		started="$started $!"
		within 10 test -s "$T/pid-$w"
	done
	[ "$(cat "$T/pid-a" "$T/pid-b")" = "$(printf '1\n1')" ]
	verdict both-have-pid-1 $? "$(cat "$T/pid-a" "$T/pid-b")"
	arrived both-send-a nsa 20
	arrived both-send-b nsb 20
	segments_are 2
	verdict both-keep-their-segments $? "$(segments) segments"
	# shellcheck disable=SC2154 # set by eval
	kill -KILL "$nsa"
	within 10 segments_are 1
	verdict one-dies-and-its-segment-goes $? "$(segments) segments"
	# The number is given again while the other one still has it.
	# shellcheck disable=SC2086
	$apart "$BUILD/e2e/worker" log "$STATE" nsc 20 2>>"$T/worker.log"
	arrived the-number-is-given-again nsc 20
	within 10 segments_are 1
	verdict the-other-one-keeps-its-segment $? "$(segments) segments"
	# shellcheck disable=SC2154
	kill -TERM "$(pgrep -P "$nsb")"
	wait "$nsb"
	verdict the-other-one-ends-well $? "status $?"
	arrived the-other-one-goes-on nsb 40
	within 10 segments_are 0
	verdict nothing-is-left $? "$(segments) segments"
fi

# ---- brought to the disk, also while nothing can be sent ----

# syncs SECONDS: how often the syncer asked for a sync in that time.
syncs() {
	strace -f -p "$syncer_pid" -e trace=syncfs -o "$T/trace" 2>/dev/null &
	tracer=$!
	started="$started $tracer"
	sleep "$1"
	kill -INT "$tracer"
	wait "$tracer" 2>/dev/null
	grep -c 'syncfs(' "$T/trace"
}
if [ -n "$SAN" ] || ! strace -o "$T/trace" true 2>/dev/null; then
	skip syncs "strace is missing, or not for this build"
else
	sleep 2
	[ "$(syncs 3)" = 0 ]
	verdict nothing-to-sync-is-not-synced $? "$(cat "$T/trace")"
	origin_fault "events=refuse"
	"$BUILD/e2e/worker" fill "$STATE" stuck 20000 200 >/dev/null
	[ "$(syncs 4)" -ge 3 ]
	verdict without-network-it-is-synced-each-second $? "$(cat "$T/trace")"
fi
