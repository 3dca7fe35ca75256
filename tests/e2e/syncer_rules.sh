#!/bin/sh
# Goal: whatever the origin answers, good rules arrive and bad ones never take
# their place; who restarts without a network serves what was there before.
. "$(dirname "$0")/lib.sh"

start_host "keep_generations = 3"
within 10 generation_is 1
verdict first-rules-are-committed $? "no generation 1 in the log"

# more N: at least N more requests for rules than when it was last called.
more() {
	stat_is specs_requests -ge $((requests + $1))
}
requests=$(origin_stat specs_requests)
within 10 more 2 && stat_is specs_full -eq 1 && ! generation_is 2
verdict nothing-new-makes-no-generation $? \
    "$(origin_stat specs_full) documents were sent"
target=$(origin_stat specs_target)
case $target in
*'sinceTime=1700000000001&checksum=1"') ok held-time-and-checksum-are-sent ;;
*) not_ok held-time-and-checksum-are-sent "$target" ;;
esac
headers=$(origin_stat specs_headers)
for header in '"statsig-api-key":"secret-e2e"' '"statsig-sdk-type":"forkgate"' \
    '"statsig-sdk-version"' '"statsig-server-session-id"' \
    '"statsig-client-time"' '"x-request-service":"unknown"'; do
	case $headers in
	*"$header"*) ;;
	*) not_ok requests-say-who-we-are "$header is missing in $headers" ;;
	esac
done
case $headers in
*supports-proto*) not_ok requests-say-who-we-are "protobuf is offered" ;;
*) ok requests-say-who-we-are ;;
esac

make_rules 2
within 10 generation_is 2
verdict new-rules-are-committed $? "no generation 2"

# survives FAULT TEXT: under it readers keep generation 2 and the log says why.
survives() {
	: >"$T/syncer.log"
	origin_fault "specs=$1"
	make_rules 3
	requests=$(origin_stat specs_requests)
	name=$(echo "survives-$1" | tr -c 'a-z0-9\n' '-')
	if ! within 20 logged "$2"; then
		not_ok "$name" "the log does not say: $2"
	elif ! rules_ready; then
		not_ok "$name" "readers have no rules"
	elif generation_is 3; then
		not_ok "$name" "it became a generation"
	else
		ok "$name"
	fi
	make_rules 2
	origin_fault "specs=none"
	within 10 logged "can be fetched again"
	verdict "$name-and-recovers" $? "it does not say so"
}
stays="generation 2 stays in use"
survives 500 "status 500; $stays"
survives truncate "; $stays"
survives badgzip "; $stays"
survives html "the document is refused: line 1"
survives invalid "the document is refused: line 1"
survives empty "the document is refused"
survives refuse "; $stays"
survives huge:200 "longer than allowed; $stays"
survives bomb:200 "longer than allowed; $stays"
survives redirect:http://127.0.0.2:1/ "does not go there; $stays"
survives 401 "refuses the SDK key secret-*****"
rss=$(awk '/^VmHWM/ { print $2 }' "/proc/$syncer_pid/status")
[ -n "$SAN" ] || [ "$rss" -lt 262144 ]
verdict huge-bodies-cost-bounded-memory $? "the peak was $rss kB"

# Retried within a poll: three more attempts, which is why rules come at once.
: >"$T/syncer.log"
make_rules 4
origin_fault "specs=500&count=3"
within 10 generation_is 3
verdict short-trouble-is-bridged $? "the rules did not come"
logged "stays in use"
[ $? != 0 ]
verdict short-trouble-is-no-failure $? "it was told as one"

# A server that asks for time gets it.
: >"$T/syncer.log"
origin_fault "specs=503:4&count=1"
within 10 logged "status 503"
requests=$(origin_stat specs_requests)
sleep 2
stat_is specs_requests -eq "$requests"
verdict retry-after-is-honoured $? "it asked again meanwhile"
within 10 more 1
verdict retry-after-ends $? "it never asked again"

# A replaced key is found without a restart.
echo secret-wrong >"$T/key"
kill -HUP "$syncer_pid"
within 10 logged "refuses the SDK key"
verdict a-wrong-key-is-told $? "it is not"
rules_ready
verdict a-wrong-key-keeps-the-rules $? "readers have no rules"
echo "$KEY" >"$T/key"
: >"$T/syncer.log"
within 10 logged "can be fetched again"
verdict the-right-key-is-found $? "it is not"

# An older document is no news, whatever its checksum.
: >"$T/syncer.log"
sed 's/"checksum":"4"/"checksum":"other"/; s/1700000000004/1700000000001/' \
    "$RULES" >"$RULES.new"
mv "$RULES.new" "$RULES"
within 10 logged "older than what is held"
verdict older-rules-are-ignored $? "it does not say so"
make_rules 4

# Without a network: what is on disk is served.
stop_syncer
verdict stops-with-status-0 $? "it does not"
stop_origin
: >"$T/syncer.log"
start_syncer
within 10 logged "starting from generation 3"
verdict starts-from-disk $? "it does not say so"
rules_ready
verdict serves-without-a-network $? "readers have no rules"
within 20 logged "generation 3 stays in use"
verdict tells-that-there-is-no-network $? "it does not"
stop_syncer
verdict stops-without-a-network $? "status $?"
