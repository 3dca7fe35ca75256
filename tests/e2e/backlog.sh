#!/bin/sh
# Goal: a syncer that finds a huge queue ships from it within a moment, and
# needs no more memory for much than for little.
#
#   BACKLOG_MB="128 512"   the sizes that are compared
. "$(dirname "$0")/lib.sh"

sizes=${BACKLOG_MB:-128 512}
# A sanitizer's memory is its own.
ROOM_KB=$((64 * 1024))

# memory NAME: of the syncer, KiB.
memory() {
	sed -n "s/^$1:[^0-9]*\([0-9]*\).*/\1/p" "/proc/$syncer_pid/status"
}

now_ms() {
	date +%s%3N
}

start_host "queue_bytes = 1000G"
stop_syncer
least='' most=0
for mb in $sizes; do
	rm -f "$STATE"/queue/*
	start_syncer
	within 10 logged "starting from generation"
	sleep 1.2 # a heartbeat, for the new allowance
	kill -STOP "$syncer_pid"
	worker fill "$STATE" "backlog$mb" $((mb * 128)) 8000 >"$T/filled"
	kill_syncer
	[ "$(cat "$T/filled")" = "accepted $((mb * 128)) dropped 0" ]
	verdict "filled-$mb-MB" $? "$(cat "$T/filled")"
	sync -f "$STATE" # or the disk is busy with it

	sent=$(origin_stat events_received)
	began=$(now_ms)
	start_syncer
	arrived() {
		[ "$(origin_stat events_received)" -gt "$sent" ]
	}
	within 20 arrived
	took=$(($(now_ms) - began))
	[ $took -le $((1000 * SLOW)) ]
	verdict "begins-at-once-with-$mb-MB" $? "after $took ms"
	peak=0 turns=10
	while [ $turns -gt 0 ]; do
		anon=$(memory RssAnon)
		[ "$anon" -le $peak ] || peak=$anon
		sleep 0.1
		turns=$((turns - 1))
	done
	echo "# $mb MB in $(find "$STATE/queue" -name 'seg-*' | wc -l)" \
	    "segments: first batch after $took ms, $(($(origin_stat \
		events_received) - sent)) events in 1 s more, RssAnon $peak" \
	    "KiB at most, RSS $(memory VmHWM) KiB"
	[ -n "$SAN" ] || [ $peak -le $ROOM_KB ]
	verdict "memory-is-bounded-with-$mb-MB" $? "$peak KiB"
	[ -n "$least" ] || least=$peak
	[ $peak -le $most ] || most=$peak
	kill_syncer
done
# As many batches as may be in flight are there or not, by chance.
[ -n "$SAN" ] || [ $((most - least)) -le 12288 ]
verdict memory-does-not-grow $? "from $least KiB to $most KiB"
