#!/bin/sh
# Goal: what a check costs a worker is no system call, with and without an
# exposure; to check it needs read permission on rules/ and nothing more; and
# two processes of the same number, in two PID namespaces, share one queue.
. "$(dirname "$0")/lib.sh"

start_host

# ---- no system call

# calls PHASE: the system calls of a phase between its marks.
calls() {
	awk -v "from=\"begin $1;" -v "to=\"end $1;" '
	index($0, to) { inside = 0 }
	inside
	index($0, from) { inside = 1; seen = 1 }
	END { if (!seen) print "the phase is not in the trace" }' "$T/trace"
}

no_calls() {
	calls "$2" >"$T/calls"
	[ ! -s "$T/calls" ] || sed 's/^/# /' "$T/calls" | head -n 5
	[ ! -s "$T/calls" ]
	verdict "$1" $? "$(wc -l <"$T/calls") system calls"
}

if [ -n "$SAN" ]; then
	skip no-system-calls "a sanitizer makes calls of its own"
elif ! strace -o "$T/trace" true 2>/dev/null; then
	skip no-system-calls "strace is missing or not allowed here"
else
	strace -f -o "$T/trace" "$BUILD/e2e/worker" quiet "$STATE" on \
	    >"$T/quiet" 2>>"$T/worker.log"
	verdict quiet-runs $? "the worker failed"
	sed 's/^/# /' "$T/quiet"

	calls control | grep -q getppid
	verdict strace-sees-calls $? "the control call is not seen"
	grep -qx 'repeats 20000' "$T/quiet"
	verdict repeats-were-repeats $? "$(grep repeats "$T/quiet")"
	grep -qx 'fresh 4000 of 4000, dropped 0' "$T/quiet"
	verdict fresh-were-fresh $? "$(grep fresh "$T/quiet")"

	no_calls checks-make-no-system-call no-exposure
	no_calls repeated-exposures-make-no-system-call repeat

	# 4000 new users and exposures fill a few segments: whoever begins one
	# makes calls, the others none.
	loud=0 odd=0 i=0
	while [ $i -lt 40 ]; do
		calls "fresh-$i" >"$T/calls"
		if [ -s "$T/calls" ]; then
			loud=$((loud + 1))
			grep -q '"\.new-' "$T/calls" || {
				odd=$((odd + 1))
				sed 's/^/# /' "$T/calls"
			}
		fi
		i=$((i + 1))
	done
	echo "# new exposures: $loud of 40 phases began a segment"
	[ $odd = 0 ] && [ $loud -ge 1 ] && [ $loud -le 8 ]
	verdict new-exposures-make-no-system-call $? \
	    "$loud of 40 phases made calls, $odd of them without a new segment"
fi

# ---- read permission is enough

# as_nobody COMMAND...: no user's and no group's rights but the state's group,
# which is the readers' one.
group=$(stat -c %g "$STATE")
as_nobody() {
	setpriv --reuid=65534 --regid="$group" --clear-groups \
	    --inh-caps=-all --bounding-set=-all "$@"
}

# Somebody else has to be able to reach and run it.
cp "$BUILD/e2e/worker" "$T/worker"
chmod 755 "$T/worker"

if [ "$(id -u)" != 0 ] || ! as_nobody true 2>/dev/null; then
	skip reads-as-nobody "only root can become somebody else"
else
	as_nobody "$T/worker" gates "$STATE" u on off >"$T/gates" 2>&1
	grep -q '^on true' "$T/gates" && grep -q '^off false' "$T/gates"
	verdict reads-as-nobody $? "$(tr '\n' ' ' <"$T/gates")"

	# shellcheck disable=SC2016 # for the other shell
	as_nobody sh -c 'for f in $(find -L "$1/rules" -type f -o -type d); do
		[ ! -w "$f" ] || echo "$f"; done; ls "$1/queue" 2>/dev/null' \
	    - "$STATE" >"$T/may"
	[ ! -s "$T/may" ]
	verdict readers-cannot-write-rules-or-list-events $? \
	    "they can: $(tr '\n' ' ' <"$T/may")"

	as_nobody "$T/worker" log "$STATE" nobody 50 2>>"$T/worker.log" &&
	    within 20 all_arrived 50 nobody
	verdict logs-as-nobody $? "its events did not arrive"
fi

if [ "$(id -u)" != 0 ] || ! unshare -m true 2>/dev/null; then
	skip read-only-mount "mount namespaces are not allowed here"
else
	mkdir -p "$T/ro/rules"
	chmod -R 755 "$T/ro"
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount --bind "$1/rules" "$2/rules" &&
	    mount -o remount,bind,ro "$2/rules" &&
	    ! touch "$2/rules/x" 2>/dev/null &&
	    exec setpriv --reuid=65534 --regid="$3" --clear-groups \
	        --inh-caps=-all --bounding-set=-all \
	        "$4" gates "$2" u on off' - \
	    "$STATE" "$T/ro" "$group" "$T/worker" >"$T/gates" 2>&1
	grep -q '^on true' "$T/gates" && grep -q '^off false' "$T/gates"
	verdict read-only-mount $? "$(tr '\n' ' ' <"$T/gates")"
fi

# ---- two processes with one number

if ! unshare -pf true 2>/dev/null; then
	skip same-pid-twice "PID namespaces are not allowed here"
else
	# shellcheck disable=SC2016
	one='echo $$ >"$1.pid"; exec "$2" log "$3" "$4" 2000'
	for tag in pid-a pid-b; do
		unshare -pf sh -c "$one" - "$T/$tag" "$BUILD/e2e/worker" \
		    "$STATE" "$tag" 2>>"$T/worker.log" &
		eval "p_${tag#pid-}=$!"
	done
	# shellcheck disable=SC2154 # set by eval
	wait "$p_a" && wait "$p_b"
	st=$?
	[ "$(cat "$T/pid-a.pid")" = 1 ] && [ "$(cat "$T/pid-b.pid")" = 1 ]
	verdict both-are-process-1 $? "they have other numbers"
	[ $st = 0 ] && within 20 all_arrived 4000 pid
	verdict same-pid-twice $? \
	    "$(events_of pid | sort -u | wc -l) of 4000 events arrived"
fi
[ ! -s "$T/worker.log" ] || show_logs
