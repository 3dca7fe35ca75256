#!/bin/sh
# Goal: the syncer tells the server of its polls, as often as the rules want it
# and never with the key, and the administrator of events that were dropped.
. "$(dirname "$0")/lib.sh"

start_host
within 10 stat_is specs_requests -ge 2
stop_syncer
! grep -q 'statsig::diagnostics' "$EVENTS"
verdict polls-are-not-told-unless-asked-for $? "$(cat "$EVENTS")"

# told CONTEXT TEXT: is there such an event, with markers that hold this?
told() {
	grep 'statsig::diagnostics' "$EVENTS" |
	    grep "\"context\" *: *\"$1\"" | grep -qF -- "$2"
}

export FORKGATE_SYNCER_EVENTS_DIAGNOSTICS=yes
start_syncer
within 10 told initialize '\"configSpecReady\":true,\"source\":\"Network\"'
verdict the-first-poll-is-told $? "$(cat "$EVENTS")"

make_rules 2
sed 's/"sdk_configs":{}/&,"diagnostics":{"dcs":10000}/' "$RULES" >"$RULES.new"
mv "$RULES.new" "$RULES"
within 20 told config_sync '\"step\":\"process\",\"success\":true'
verdict later-polls-are-told $? "$(tail -n 1 "$EVENTS")"
origin_fault "specs=500"
within 20 told config_sync '\"message\":\"status 500\"'
verdict failures-are-told $? "$(tail -n 1 "$EVENTS")"
! grep -qF -- "$KEY" "$EVENTS"
verdict the-key-is-in-no-event $? "it is"
origin_fault "specs=none"

worker huge "$STATE" huge >"$T/huge"
grep -q '^dropped 1$' "$T/huge" && within 10 all_arrived 2 huge
verdict a-huge-event-is-dropped-alone $? "$(cat "$T/huge")"
within 10 logged "queue: 1 event was dropped by workers"
verdict drops-are-logged $? "$(tail -n 3 "$T/syncer.log")"
counted() {
	"$BUILD/forkgate" status --state "$STATE" "$@"
}
dropped() {
	counted --json | grep -q '"dropped":1[,}]' &&
	    counted | grep -q '^  dropped    1 event'
}
within 10 dropped
verdict drops-are-in-the-status $? "$(counted)"
