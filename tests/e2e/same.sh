#!/bin/sh
# Goal: what 50 workers say of the same users is sent once with dedupe = host,
# and 50 times without; manual exposures always; nothing is missing.
. "$(dirname "$0")/lib.sh"

procs=50
users=$((100 / SLOW))

# distinct: which gate or config was told of which user, each once.
distinct() {
	grep '"userID":"user-' "$EVENTS" | grep -v isManualExposure | grep -o \
	    -e '"eventName":"statsig::[a-z]*_exposure"' -e '"userID":"user-[^"]*"' |
	    paste - - | sort -u
}

# sees NAME SENT: a crowd's events, so many of them arrive.
sees() {
	: >"$EVENTS"
	worker same "$STATE" $procs $users
	verdict "$1-runs" $? "a process of it failed"
	timeout 30 "$BUILD/forkgate" flush --state "$STATE" --wait --timeout 25 \
	    >"$T/flush.log" 2>&1
	verdict "$1-is-flushed" $? "$(cat "$T/flush.log")"
	sent=$(grep -c '"userID":"user-' "$EVENTS")
	[ "$sent" = "$2" ]
	verdict "$1-sends-that-many" $? "$sent events, not $2"
	[ "$(distinct | wc -l)" = $((2 * users)) ]
	verdict "$1-loses-nothing" $? "$(distinct | wc -l) of $((2 * users))"
	manual=$(grep -c isManualExposure "$EVENTS")
	[ "$manual" = $((procs * users)) ]
	verdict "$1-sends-all-manual-ones" $? "$manual of $((procs * users))"
}

start_host
sees process $((3 * procs * users))
without=$sent

# The other way: the same crowd, within one window.
stop_syncer
sed -i 's/^\[events\]/&\ndedupe = host/' "$CONF"
start_syncer
within 10 ready_or_dead
sees host $(((procs + 2) * users))
echo "# exposures of $procs workers: $((without - procs * users)) sent," \
    "with dedupe = host $((sent - procs * users)), and $manual manual ones" \
    "either way"

# A few more, of the users that were asked for to see whether all is ready.
status_tells() {
	"$BUILD/forkgate" status --state "$STATE" >"$T/status" 2>&1
	left_out=$(sed -n 's/^  left out  *\([0-9]*\) exposures, .*/\1/p' "$T/status")
	[ "${left_out:-0}" -ge $((2 * (procs - 1) * users)) ] &&
	    [ "$left_out" -le $((2 * (procs - 1) * users + 50)) ] &&
	    "$BUILD/forkgate" status --state "$STATE" --json |
	    grep -q "\"left_out\":$left_out[,}]"
}
within 5 status_tells
verdict status-counts-them $? "$(grep "left out" "$T/status")"

queue_empty() {
	[ -z "$(find "$STATE/queue" -name 'seg-*' | head -n 1)" ]
}
within 10 queue_empty
verdict queue-is-empty $? "$(find "$STATE/queue" -type f | wc -l) files are left"
stop_syncer
verdict syncer-ends $? "status $?"
