#!/bin/sh
# Goal: events survive whatever their server does: each arrives, or lies in
# quarantine with the reason, or still waits in the queue.
. "$(dirname "$0")/lib.sh"

export FORKGATE_SYNCER_EVENTS_BACKOFF_MAX=200ms
start_host

# arrives NAME TAG N: N events of the tag reach the origin, whatever came
# before, and the queue is empty then.
arrives() {
	within 30 all_arrived "$3" "$2"
	verdict "$1" $? "$(events_of "$2" | sort -u | wc -l) of $3 arrived"
}

worker log "$STATE" plain 50
arrives delivers plain 50
headers=$(origin_stat events_headers)
for header in '"content-encoding":"gzip"' '"statsig-retry-count":"0"' \
    '"statsig-event-count":"' '"content-type":"application/json"' \
    '"statsig-api-key":"secret-e2e"'; do
	case $headers in
	*"$header"*) ;;
	*) not_ok batches-say-what-they-are "$header is missing in $headers" ;;
	esac
done
[ "$(origin_stat events_malformed)" = 0 ]
verdict bodies-match-their-headers $? "some did not"

# recovers FAULT: all events arrive when the fault is over.
recovers() {
	name=$(echo "recovers-from-$1" | tr -c 'a-z0-9\n' '-')
	tag=$(echo "t$1" | tr -cd 'a-z0-9')
	: >"$T/syncer.log"
	faults=$(origin_stat events_faults)
	origin_fault "events=$1"
	worker log "$STATE" "$tag" 30
	within 20 stat_is events_faults -ge $((faults + 2)) ||
	    not_ok "$name" "it was not tried twice"
	origin_fault "events=none"
	arrives "$name" "$tag" 30
}
recovers 500
recovers 503:1
recovers 429:1
recovers html
recovers false
recovers refuse
recovers 401
recovers 404
stat_is events_retries -ge 8
verdict repeats-are-counted $? "only $(origin_stat events_retries)"

# The server takes them and hangs up: repeats are the price, loss is not.
origin_fault "events=cut&count=2"
worker log "$STATE" cut 30
arrives recovers-from-cut cut 30

# Too large in one piece: it goes in halves.
origin_fault "events=toobig:7"
worker log "$STATE" split 100
arrives splits-what-is-too-large split 100
origin_fault "events=none"

# in_quarantine N TAG
in_quarantine() {
	[ "$(cat "$STATE"/quarantine/*"$3"* 2>/dev/null |
	    grep -o "\"$2-[0-9]*\"" | sort -u | wc -l)" -eq "$1" ]
}
origin_fault "events=400"
worker log "$STATE" bad 20
within 20 in_quarantine 20 bad status_400
verdict refused-events-are-kept $? "quarantine: $(ls "$STATE/quarantine")"
origin_fault "events=413"
worker log "$STATE" fat 8
within 20 in_quarantine 8 fat too_large
verdict single-events-that-are-too-large-are-kept $? \
    "quarantine: $(ls "$STATE/quarantine")"
origin_fault "events=none"
worker log "$STATE" after 20
arrives goes-on-after-a-refusal after 20
logged "the server refuses"
verdict refusals-are-told $? "the log does not"

# ---- the quarantine, by hand ----

fg="$BUILD/forkgate queue --state $STATE"
kept() {
	$fg list | grep -c .
}

$fg list >"$T/list"
[ "$(grep -c '  batch  project default  events 1  bytes [0-9]*  too_large$' \
    "$T/list")" = 8 ] && grep -q ' UTC  .*events 20 .*status_400$' "$T/list"
verdict quarantine-is-listed $? "$(cat "$T/list")"
id=$(sed -n 's/ .*status_400$//p' "$T/list")
[ "$($fg show "$id" | grep -o '"bad-[0-9]*"' | sort -u | wc -l)" = 20 ]
verdict quarantine-is-shown $? "$($fg show "$id" | head -n 2)"
$fg show nothing 2>"$T/err"
[ $? = 1 ] && $fg show >/dev/null 2>&1
[ $? = 2 ]
verdict quarantine-knows-its-ids $? "$(cat "$T/err")"

# Refused again, with another reason; then accepted, over a kill.
origin_fault "events=405"
$fg replay "$id"
within 20 in_quarantine 20 bad status_405
verdict refused-again-is-kept-again $? "$($fg list)"
origin_fault "events=slow:60000"
$fg replay "$($fg list | sed -n 's/ .*status_405$//p')"
taken() {
	[ "$(origin_stat events_requests)" -gt "$requests" ]
}
requests=$(origin_stat events_requests)
within 20 taken
kill_syncer
[ "$(kept)" = 9 ] && $fg list | grep -q 'status_405  to be sent again$'
verdict what-is-put-back-stays-until-accepted $? "$($fg list)"
start_syncer
origin_fault "events=none"
arrives what-is-put-back-arrives bad 20
within 10 test "$(kept)" = 8
$fg replay all
arrives all-is-put-back fat 8
nothing_kept() {
	[ "$(kept)" = 0 ]
}
within 20 nothing_kept
verdict what-was-accepted-is-gone $? "$($fg list)"
origin_fault "events=400"
worker log "$STATE" waste 5
within 20 in_quarantine 5 waste status_400
$fg drop all && nothing_kept
verdict quarantine-is-emptied $? "$($fg list)"
origin_fault "events=none"

# Doubtful answers, in the end.
stop_syncer
sed 's/^\[events\]/[events]\nrefusals = 3\nbackoff_max = 100ms/' "$CONF" \
    >"$CONF.new"
mv "$CONF.new" "$CONF"
start_syncer
origin_fault "events=false"
worker log "$STATE" doubt 20
within 20 in_quarantine 20 doubt not_accepted
verdict doubtful-answers-end-in-quarantine $? \
    "quarantine: $(ls "$STATE/quarantine")"
origin_fault "events=none"

# What is left when it ends goes with it; what cannot go stays.
sed 's/^max_delay.*/max_delay = 60s/' "$CONF" >"$CONF.new"
mv "$CONF.new" "$CONF"
stop_syncer
: >"$T/syncer.log"
start_syncer
within 10 logged "starting from generation"
worker log "$STATE" last 40
all_arrived 1 last
[ $? != 0 ] && stop_syncer && all_arrived 40 last
verdict ending-sends-what-is-left $? \
    "$(events_of last | sort -u | wc -l) of 40 arrived"
: >"$T/syncer.log"
start_syncer
within 10 logged "starting from generation"
worker log "$STATE" stay 40
origin_fault "events=slow:60000"
began=$(date +%s)
stop_syncer
st=$?
took=$(($(date +%s) - began))
[ $st = 0 ] && [ $took -ge 2 ] && [ $took -le $((14 * SLOW)) ]
verdict ending-is-bounded $? "status $st after $took s"
origin_fault "events=none"
"$BUILD/forkgate-syncer" --config "$CONF" --once 2>>"$T/syncer.log"
verdict once-sends-what-stayed $? "status $?"
all_arrived 40 stay
verdict nothing-was-lost-by-ending $? \
    "$(events_of stay | sort -u | wc -l) of 40 arrived"

# --once tells by its status what it could not do.
once() {
	"$BUILD/forkgate-syncer" --config "$CONF" --once 2>>"$T/syncer.log"
	st=$?
	[ $st = "$1" ]
	verdict "$2" $? "status $st instead of $1"
}
once 0 once-with-nothing-to-do
origin_fault "specs=500"
once 5 once-without-rules
worker log "$STATE" once 10
origin_fault "specs=none&events=500"
once 6 once-with-events-left
origin_fault "specs=500&events=500"
once 7 once-with-neither
origin_fault "specs=none&events=none"
once 0 once-in-the-end
arrives once-delivers once 10
