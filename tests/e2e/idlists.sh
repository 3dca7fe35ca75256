#!/bin/sh
# Goal: who is on an ID list, every running worker knows soon after the server
# does; what was added is all that is fetched, over a restart too; a list that
# is slow, broken or gone harms no other.
. "$(dirname "$0")/lib.sh"

LISTS=$T/lists
mkdir "$LISTS"

# key UNIT: how a list's file spells it.
key() {
	printf %s "$1" | openssl dgst -sha256 -binary | base64 | cut -c 1-8
}

# say SIGN UNIT...: lines that add (+) or remove (-) them.
say() {
	sign=$1
	shift
	for unit; do
		echo "$sign$(key "$unit")"
	done
}

# A gate for each list, true for its members.
make_list_rules() {
	cat >"$RULES.new" <<-EOT
	{"has_updates":true,"time":$((1700000000000 + $1)),"checksum":"$1",
	"response_format":"dcs-v2","condition_map":{
	$(for list in vips slow; do
		echo "\"$list\":{\"type\":\"unit_id\",\"field\":null,
		\"operator\":\"in_segment_list\",\"targetValue\":\"$list\",
		\"additionalValues\":null,\"idType\":\"userID\"},"
	done)
	"all":{"type":"public","targetValue":null,"operator":null,"field":null,
	"additionalValues":null,"idType":"userID"}},
	"feature_gates":{$(for list in vips slow; do
		echo "\"$list\":{\"type\":\"feature_gate\",\"salt\":\"s\",
		\"enabled\":true,\"defaultValue\":false,\"rules\":[{
		\"name\":\"m\",\"passPercentage\":100,\"conditions\":[\"$list\"],
		\"returnValue\":true,\"id\":\"m\",\"salt\":\"m\",
		\"idType\":\"userID\"}],\"idType\":\"userID\",
		\"entity\":\"feature_gate\",\"version\":1},"
	done)
	"on":{"type":"feature_gate","salt":"s-on","enabled":true,
	"defaultValue":false,"rules":[{"name":"all","passPercentage":100,
	"conditions":["all"],"returnValue":true,"id":"all","salt":"all",
	"idType":"userID"}],"idType":"userID","entity":"feature_gate",
	"version":1}},
	"dynamic_configs":{},"layer_configs":{},"layers":{},
	"experiment_to_layer":{}}
	EOT
	mv "$RULES.new" "$RULES"
}

# watch NAME UNIT GATE: a worker that tells each change of it.
watch() {
	"$BUILD/e2e/worker" turns "$STATE" "$2" "$3" >"$T/turns-$1" \
	    2>>"$T/worker.log" &
	started="$started $!"
}

# says NAME VALUE: the last that it told.
says() {
	tail -n 1 "$T/turns-$1" | grep -q " $2 "
}

# turned NAME WATCHER VALUE
turned() {
	within 10 says "$2" "$3"
	verdict "$1" $? "$(tail -n 1 "$T/turns-$2"); $(tail -n 3 "$T/syncer.log")"
}

# polls N: that many more answers to "which lists are there" since last called.
polls() {
	stat_is id_lists_requests -ge $((asked + $1))
}
polled() {
	asked=$(origin_stat id_lists_requests)
	within 10 polls "$1" || not_ok polls "there are no more of them"
}

status_says() {
	"$BUILD/forkgate" status --state "$STATE" | grep -qF -- "$1"
}

{
	say + ann bob
	for i in $(seq 2000); do
		echo "+filler$((i % 90 + 10))"
	done
} >"$LISTS/vips"
say + ann >"$LISTS/slow"
SIZE=$(wc -c <"$LISTS/vips")

make_rules 1
start_origin --id-lists "$LISTS"
make_conf
echo "id_lists_interval = 1s" >>"$CONF"
echo "timeout = 60s" >>"$CONF"
start_syncer
within 10 ready_or_dead
rules_ready || give_up host "no rules"
sleep 0.3
stat_is id_lists_requests -eq 0
verdict rules-that-name-none-ask-for-none $? "$(origin_stat id_lists_requests)"

watch ann ann vips
watch bob bob vips
watch cid cid vips
watch slow ann slow
make_list_rules 2
turned members-of-a-first-fetch ann true
turned both-of-them bob true
turned of-the-other-list slow true
says cid false
verdict who-is-not-on-it $? "$(tail -n 1 "$T/turns-cid")"
headers=$(origin_stat id_lists_headers)
case $headers in
*'"statsig-api-key":"secret-e2e"'*) ok the-lookup-carries-the-key ;;
*) not_ok the-lookup-carries-the-key "$headers" ;;
esac
within 10 status_says "id lists   2, with 93 members"
verdict status-tells-of-them $? "$("$BUILD/forkgate" status --state "$STATE")"

# Appending: bytes are counted.
before=$(origin_stat id_list_bytes)
say + cid >>"$LISTS/vips"
say - bob >>"$LISTS/vips"
turned what-is-added-is-seen cid true
turned what-is-removed-is-seen bob false
polled 2
[ "$(($(origin_stat id_list_bytes) - before))" = 20 ]
verdict only-what-was-added-is-fetched $? \
    "$(($(origin_stat id_list_bytes) - before)) bytes instead of 20"
case $(origin_stat id_list_headers) in
*"\"Range\":\"bytes=$SIZE-\""*) ok by-its-range ;;
*) not_ok by-its-range "$(origin_stat id_list_headers)" ;;
esac

# A restart goes on where it was, after a crash too.
kill_syncer
before=$(origin_stat id_list_bytes)
say + bob >>"$LISTS/vips"
start_syncer
turned seen-after-a-crash bob true
polled 1
[ "$(($(origin_stat id_list_bytes) - before))" = 10 ]
verdict a-restart-fetches-what-was-added $? \
    "$(($(origin_stat id_list_bytes) - before)) bytes instead of 10"

# Slow or broken, a list harms no other and keeps its members.
origin_fault "id_list=latency:60000&count=1&list=slow"
say - ann >>"$LISTS/slow"
polled 1
say - cid >>"$LISTS/vips"
turned a-slow-list-holds-up-no-other cid false
says slow true
verdict and-is-as-it-was $? "$(tail -n 1 "$T/turns-slow")"
kill_syncer
start_syncer
turned killed-while-it-waits slow false

for fault in 500 truncate; do
	: >"$T/syncer.log"
	origin_fault "id_list=$fault&list=vips"
	say + dan >>"$LISTS/vips"
	within 20 logged "its members stay" && says ann true
	verdict "a-broken-file-changes-nothing-$fault" $? \
	    "$(tail -n 3 "$T/syncer.log")"
	origin_fault "id_list=none"
done
for fault in 403 html; do
	: >"$T/syncer.log"
	origin_fault "id_lists=$fault"
	within 20 logged "those that are held stay" && says ann true
	verdict "nor-does-a-broken-lookup-$fault" $? \
	    "$(tail -n 3 "$T/syncer.log")"
	origin_fault "id_lists=none"
done

# Another file under the name, one that was cut, ranges that are not honoured.
say + bob >"$LISTS/.new"
mv "$LISTS/.new" "$LISTS/vips"
turned another-file-replaces-it ann false
say + ann bob cid >"$LISTS/.new"
mv "$LISTS/.new" "$LISTS/vips"
turned and-once-more cid true
say + bob >"$LISTS/.cut"
cat "$LISTS/.cut" >"$LISTS/vips"
turned a-cut-file-starts-over ann false
origin_fault "id_list=norange"
say + ann >>"$LISTS/vips"
turned without-ranges-all-is-taken ann true
origin_fault "id_list=none"
before=$(origin_stat id_list_bytes)
say + dan >>"$LISTS/vips"
polled 2
[ "$(($(origin_stat id_list_bytes) - before))" = 10 ]
verdict and-the-position-is-right-then $? \
    "$(($(origin_stat id_list_bytes) - before)) bytes instead of 10"

# Removed.
rm "$LISTS/vips"
turned a-list-that-is-gone-has-no-members bob false
"$BUILD/forkgate" verify --state "$STATE" >"$T/said"
verdict all-that-is-published-is-whole $? "$(cat "$T/said")"
stop_syncer
grep -q "secret-e2e" "$T/syncer.log"
[ $? = 1 ]
verdict the-key-is-not-logged $? "it is"

# Files at another place do not get the key; and one run is enough.
say + ann >"$LISTS/vips"
cp "$T/port" "$T/port.lookup"
lookup=$origin_pid
here=$ORIGIN
start_origin --id-lists "$LISTS"
started="$started $origin_pid"
foreign=$ORIGIN
origin_pid=$lookup
ORIGIN=$here
stop_origin
start_origin --id-lists "$LISTS" --id-lists-at "$foreign/lists"
make_conf
start_syncer --once
wait "$syncer_pid"
st=$?
syncer_pid=
turned once-brings-lists ann true
verdict and-ends-well $st "status $st"
ORIGIN=$foreign
case $(origin_stat id_list_headers) in
*statsig-api-key*) not_ok no-key-elsewhere "it was sent" ;;
*'"Range"'*) ok no-key-elsewhere ;;
*) not_ok no-key-elsewhere "nothing was asked: $(origin_stat id_list_headers)" ;;
esac
