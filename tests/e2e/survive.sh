#!/bin/sh
# Goal: the syncer may be killed at any moment, again and again, while the rules
# change and workers check and log.  Workers see whole rules that never go back,
# and after the last start every event that was acknowledged arrives.
. "$(dirname "$0")/lib.sh"

start_host
kills=$((${SOAK_SYNCER_KILLS:-200} / SLOW))

for w in 1 2; do
	"$BUILD/e2e/worker" watch "$STATE" on pair 600 >"$T/watch-$w" \
	    2>"$T/watch-$w.log" &
	eval "watch$w=$!"
	started="$started $!"
done

: >"$T/logged"
i=0 n=1 logged=0 tried=0
while [ $i -lt $kills ]; do
	kill_syncer
	n=$((n + 1))
	make_rules $n
	start_syncer
	# Some starts live for a while, most die young.
	sleep "$(printf '0.%03d' $((i * 7919 % 120)))"
	if [ $((i % 4)) = 0 ]; then
		tried=$((tried + 20))
		worker log "$STATE" "kill-$i" 20 && logged=$((logged + 20)) &&
		    for e in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
			echo "kill-$i-$e"
		done >>"$T/logged"
	fi
	i=$((i + 1))
done
echo "# $kills kills, $logged events logged meanwhile"
[ "$logged" = $(((kills + 3) / 4 * 20)) ]
verdict workers-log-all-the-time $? "$logged of $(((kills + 3) / 4 * 20)) events"

# The last start is left alone: it has to come to the newest rules.
n=$((n + 1))
make_rules $n
newest() {
	timeout 5 "$BUILD/e2e/worker" watch "$STATE" on pair 1 2>/dev/null |
	    grep -q "last $n\$"
}
within 20 newest
verdict newest-rules-arrive $? "they do not"

# shellcheck disable=SC2154 # set by eval
for pid in $watch1 $watch2; do
	kill -TERM "$pid" 2>/dev/null
	wait "$pid"
	verdict "watcher-saw-whole-rules" $? "$(cat "$T"/watch-?.log)"
done
started=
sed 's/^/# /' "$T/watch-1" "$T/watch-2"
[ "$(sed -n 's/.*, \([0-9]*\) changes.*/\1/p' "$T/watch-1")" -ge 3 ]
verdict rules-changed-meanwhile $? "hardly"

within 30 all_arrived "$logged" kill
events_of kill >"$EVENTS.seen"
compare_events no-event-is-lost "$T/logged"

stop_syncer
verdict syncer-ends $? "status $?"
