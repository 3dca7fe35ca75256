#!/bin/sh
# Goal: however a server makes its processes, each event that the library took
# arrives at the origin: opened before a fork and after it, in a grandchild,
# from many threads, and from workers that are killed while they append.
. "$(dirname "$0")/lib.sh"

start_host

# names_of TAG N: the names that `worker log` gives its events.
names_of() {
	i=0
	while [ $i -lt "$2" ]; do
		echo "$1-$i"
		i=$((i + 1))
	done
}

# arrived NAME TAG: every name in $T/logged did, in the end.
arrived() {
	name=$1
	within "${SOAK_WAIT:-60}" all_arrived "$(sort -u "$T/logged" | wc -l)" "$2"
	events_of "$2" >"$EVENTS.seen"
	compare_events "$name" "$T/logged"
}

n=300
worker family "$STATE" family $n
verdict family-runs $? "a process of it failed"
for who in parent child grandchild; do
	names_of "family-$who-before" $n
	[ $who = grandchild ] || names_of "family-$who-beside" $n
	for i in 0 1 2 3; do
		names_of "family-$who-t$i" $n
	done
done >"$T/logged"
arrived "opened-before-fork" family

worker late "$STATE" late $n
verdict late-runs $? "a process of it failed"
{
	names_of late-late0 $n
	names_of late-late1 $n
} >"$T/logged"
arrived "opened-after-fork" late

received_before=$(origin_stat events_received)

# Killed at any moment: what was acknowledged counts.
round=0
rounds=$((${SOAK_KILLS:-72} / 3 / SLOW))
while [ $round -lt $rounds ]; do
	pids=
	for w in 1 2 3; do
		"$BUILD/e2e/worker" endless "$STATE" "kill-$round-$w" \
		    "$T/acks-$round-$w" 2>>"$T/endless.log" &
		pids="$pids $!"
	done
	started=$pids
	turns=200000
	while [ ! -s "$T/acks-$round-1" ] && [ $turns -gt 0 ]; do
		turns=$((turns - 1))
	done
	sleep "$(printf '0.%03d' $((round * 7919 % 40)))"
	for pid in $pids; do
		kill -KILL "$pid" 2>/dev/null || echo "$pid was gone" \
		    >>"$T/endless.log"
	done
	# shellcheck disable=SC2086 # numbers
	wait $pids 2>/dev/null
	started=
	round=$((round + 1))
done
cat "$T"/acks-* >"$T/logged"
if [ -s "$T/endless.log" ]; then
	not_ok killed-workers-run "one ended by itself"
	sort "$T/endless.log" | uniq -c | head -n 5 | sed 's/^/# /'
else
	ok killed-workers-run
fi
arrived "killed-workers" kill

# Very many at once, and much from each.
crowd=${SOAK_WORKERS:-40}
each=$((${SOAK_EVENTS:-20000} / SLOW / crowd))
received_before=$(origin_stat events_received)
began=$(date +%s)
worker crowd "$STATE" crowd "$crowd" "$each"
verdict crowd-runs $? "a process of it failed"
within "${SOAK_WAIT:-60}" all_arrived $((crowd * each)) crowd
verdict crowd-loses-nothing $? \
    "$(events_of crowd | sort -u | wc -l) of $((crowd * each)) arrived"
echo "# $((crowd * each)) events of $crowd workers in $(($(date +%s) - began)) s," \
    "$(($(events_of crowd | wc -l) - crowd * each)) repeated"

# Nothing is left behind when all is shipped and all workers are gone.
queue_empty() {
	[ -z "$(find "$STATE/queue" -name 'seg-*' | head -n 1)" ]
}
within 20 queue_empty
verdict queue-is-empty $? "$(find "$STATE/queue" -type f | wc -l) files are left"

stop_syncer
verdict syncer-ends $? "status $?"
