#!/bin/sh
# Goal: what an operator writes into the overrides file is what every running
# worker answers within a second, without a restart or the network; a broken
# file changes nothing and is loud; removing it lifts what it said.
. "$(dirname "$0")/lib.sh"

FILE=$T/overrides.json
OFF='{"overrides":[{"gate":"on","value":false,"comment":"incident"}]}'

make_rules 1
start_origin
make_conf
echo "overrides_file = $FILE" >>"$CONF"
start_syncer
within 10 ready_or_dead
rules_ready || give_up host "no rules"

for w in 1 2 3 4; do
	"$BUILD/e2e/worker" turns "$STATE" "user-$w" on >"$T/turns-$w" \
	    2>>"$T/worker.log" &
	started="$started $!"
done

# all_say TEXT [WORKER...]: the last that these workers told, or all of them.
all_say() {
	text=$1
	shift
	[ $# -gt 0 ] || set -- 1 2 3 4
	for w; do
		tail -n 1 "$T/turns-$w" | grep -q " $text\$" || return 1
	done
}

now_ms() {
	date +%s%3N
}

# took SINCE: how long until the last worker's last turn.
took() {
	last=$(tail -qn 1 "$T"/turns-? | cut -d ' ' -f 1 | sort -n | tail -n 1)
	echo $((last - $1))
}

# turned NAME SINCE TEXT: they all say so, in the end.
turned() {
	within 20 all_say "$3"
	st=$?
	verdict "$1" $st "$(tail -qn 1 "$T"/turns-? | sort | uniq -c)"
	[ $st != 0 ] || echo "# $1: in 4 running workers after $(took "$2") ms"
}

# status_says TEXT: forkgate status does.
status_says() {
	"$BUILD/forkgate" status --state "$STATE" | grep -qF -- "$1"
}

within 10 all_say 'true Network:Recognized'
verdict workers-run $? "$(cat "$T"/turns-?)"

before=$(now_ms)
echo "$OFF" >"$FILE.new"
mv "$FILE.new" "$FILE"
turned renamed-into-place "$before" 'false LocalOverride:Recognized'
status_says "1 in force on this host"
verdict status-tells-how-many $? "$("$BUILD/forkgate" status --state "$STATE")"
"$BUILD/forkgate" inspect --state "$STATE" |
    grep -q '^override *gate on, everyone: false$'
verdict inspect-lists-them $? "it does not"

before=$(now_ms)
echo '{"overrides":[{"gate":"on","id":"user-3","value":false}]}' >"$FILE"
within 20 all_say 'true Network:Recognized' 1 2 4 &&
    within 20 all_say 'false LocalOverride:Recognized' 3
verdict written-in-place-for-one-id $? "$(tail -qn 1 "$T"/turns-?)"
echo "# written-in-place-for-one-id: after $(took "$before") ms"

# Tried before it is put in place, against the rules of this host.
echo "$OFF" >"$T/new.json"
"$BUILD/forkgate" compile --overrides "$T/new.json" >"$T/said" &&
    "$BUILD/forkgate" eval --state "$STATE" --overrides "$T/new.json" \
	gate on >"$T/answer" &&
    grep -q '"value":false.*"reason":"LocalOverride:Recognized"' "$T/answer"
verdict a-file-can-be-tried-first $? "$(cat "$T/said" "$T/answer")"

# Broken: nothing changes, and it is loud.
echo '{"overrides":[{"gate":"on","valve":false}]}' >"$FILE"
within 20 status_says "THE FILE IS REFUSED: $FILE: line 1: overrides[0].valve"
verdict a-broken-file-is-seen-in-status $? \
    "$("$BUILD/forkgate" status --state "$STATE")"
"$BUILD/forkgate" status --state "$STATE" >"$T/said"
[ $? = 1 ] && logged "overrides are refused: $FILE: line 1: overrides[0].valve"
verdict and-in-the-log-and-its-exit-status $? "$(cat "$T/said")"
all_say 'false LocalOverride:Recognized' 3
verdict a-broken-file-changes-nothing $? "$(tail -qn 1 "$T"/turns-?)"
"$BUILD/forkgate" compile --overrides "$FILE" 2>"$T/said"
[ $? = 2 ] && grep -q 'overrides\[0\].valve' "$T/said"
verdict the-check-says-the-same $? "$(cat "$T/said")"

# Neither a crash nor the network has a say in it.
stop_origin
kill_syncer
: >"$T/syncer.log"
start_syncer
within 20 logged "overrides are refused" && within 10 logged "stays in use"
verdict restarted-without-network $? "$(tail -n 5 "$T/syncer.log")"
all_say 'false LocalOverride:Recognized' 3
verdict a-restart-keeps-them-though-the-file-is-broken $? \
    "$(tail -qn 1 "$T"/turns-?)"

before=$(now_ms)
echo "$OFF" >"$FILE.new"
mv "$FILE.new" "$FILE"
turned repaired-without-network "$before" 'false LocalOverride:Recognized'
! status_says REFUSED
verdict a-repaired-file-is-quiet-again $? "status goes on about it"
stop_syncer
start_syncer
within 20 logged "1 overrides of $FILE are in force"
all_say 'false LocalOverride:Recognized'
verdict a-restart-keeps-them $? "$(tail -qn 1 "$T"/turns-?)"

before=$(now_ms)
rm "$FILE"
turned removed "$before" 'true Network:Recognized'
"$BUILD/forkgate" verify --state "$STATE" >"$T/said"
verdict all-that-is-published-is-whole $? "$(cat "$T/said")"
stop_syncer
