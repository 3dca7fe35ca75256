# lib: what end-to-end scripts share.  A script begins with
#
#   . "$(dirname "$0")/lib.sh"
#
# and then stands in the project's folder, with
#
#   $BUILD   the variant's programs, an absolute path
#   $SAN     the sanitizers that it was built with, or nothing
#   $T       a temporary folder that everybody may enter
#   $STATE   the state directory, $T/state
#   $RULES   the ruleset that the origin serves, $T/rules.json
#   $EVENTS  the events that the origin took, a line of JSON each
#
# Whatever was started with the functions below is ended with the script, and
# the folder goes.  Scripts print "ok NAME", "not ok NAME: why" and "skip NAME:
# why", and what else helps with a failure.
# shellcheck shell=sh
set -u
cd "$(dirname "$0")/../.." || exit 1

BUILD=${BUILD:-$PWD/build/plain}
SAN=${SAN-}
T=$(mktemp -d) || exit 1
chmod 755 "$T"
STATE=$T/state
RULES=$T/rules.json
EVENTS=$T/events
CONF=$T/syncer.conf
KEY=secret-e2e
origin_pid='' syncer_pid='' started=''
# A sanitizer makes all of it slower.
if [ -n "$SAN" ]; then SLOW=4; else SLOW=1; fi

for program in forkgate-syncer forkgate-origin forkgate e2e/worker; do
	[ -x "$BUILD/$program" ] || {
		echo "not ok programs: $BUILD/$program is not built"
		rm -rf "$T"
		exit 1
	}
done

clean_up() {
	for pid in $syncer_pid $origin_pid $started; do
		kill -KILL "$pid" 2>/dev/null
	done
	wait 2>/dev/null
	rm -rf "$T"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

ok() {
	echo "ok $1"
}

not_ok() {
	echo "not ok $1: $2"
}

skip() {
	echo "skip $1: $2"
}

# verdict NAME STATUS WHY: one line, by the status.
verdict() {
	if [ "$2" = 0 ]; then
		ok "$1"
	else
		not_ok "$1" "$3"
	fi
}

# give_up NAME WHY: the rest makes no sense.
give_up() {
	not_ok "$1" "$2"
	show_logs
	exit 1
}

show_logs() {
	for log in "$T"/*.log; do
		[ ! -s "$log" ] || uniq "$log" | tail -n 20 | sed "s|^|# ${log##*/}: |"
	done
}

# within SECONDS COMMAND...: asks again and again until it succeeds.
within() {
	tries=$(($1 * 20 * SLOW))
	shift
	while [ $tries -gt 0 ]; do
		"$@" && return 0
		sleep 0.05
		tries=$((tries - 1))
	done
	return 1
}

# What "pair" is, and its rule, below: an experiment where a script says so.
pair_is='"entity":"dynamic_config"' pair_rule=

# make_rules N: gate "on" is always true, "off" false; config "pair" has a and
# b, both N.  A greater N is a newer ruleset.
make_rules() {
	cat >"$RULES.new" <<-EOF
	{"has_updates":true,"time":$((1700000000000 + $1)),"company_id":"e2e",
	"response_format":"dcs-v2","checksum":"$1","condition_map":{
	"1":{"type":"public","targetValue":null,"operator":null,"field":null,
	"additionalValues":null,"idType":"userID"}},
	"feature_gates":{"on":{"type":"feature_gate","salt":"s-on",
	"enabled":true,"defaultValue":false,"rules":[{"name":"all",
	"passPercentage":100,"conditions":["1"],"returnValue":true,"id":"all",
	"salt":"all","idType":"userID"}],"idType":"userID",
	"entity":"feature_gate","version":1},
	"off":{"type":"feature_gate","salt":"s-off","enabled":true,
	"defaultValue":false,"rules":[],"idType":"userID",
	"entity":"feature_gate","version":1}},
	"dynamic_configs":{"pair":{"type":"dynamic_config","salt":"s-pair",
	"enabled":true,"defaultValue":{},"rules":[{"name":"all",
	"passPercentage":100,"conditions":["1"],"returnValue":{"a":$1,"b":$1},
	"id":"all","salt":"all",$pair_rule"idType":"userID"}],"idType":"userID",
	$pair_is,"version":1}},
	"layer_configs":{},"layers":{},"experiment_to_layer":{},"id_lists":{},"param_stores":{},
	"sdk_flags":{},"sdk_configs":{},"environment":"production"}
	EOF
	mv "$RULES.new" "$RULES"
}

# start_origin [OPTION...]: serves $RULES at $ORIGIN.
start_origin() {
	rm -f "$T/port"
	"$BUILD/forkgate-origin" --port-file "$T/port" --key "$KEY" \
	    --events-file "$EVENTS" "$@" "$RULES" >>"$T/origin.log" 2>&1 &
	origin_pid=$!
	within 10 test -s "$T/port" || give_up origin "does not start"
	ORIGIN=http://127.0.0.1:$(cat "$T/port")
	touch "$EVENTS"
}

stop_origin() {
	kill -TERM "$origin_pid" 2>/dev/null
	wait "$origin_pid" 2>/dev/null
	origin_pid=
}

# origin_stat NAME: one counter, such as events_received.
origin_stat() {
	curl -sS --max-time 5 "$ORIGIN/_stats?only=$1"
}

# origin_fault QUERY: such as "events=500&count=3".
origin_fault() {
	curl -sS --max-time 5 -o "$T/fault" -X PUT "$ORIGIN/_fault?$1"
}

# make_conf [LINE...]: for the origin, with lines for the section [syncer].
make_conf() {
	{
		echo "[syncer]"
		echo "state_dir = $STATE"
		echo "log_level = debug"
		for line; do
			echo "$line"
		done
		echo "[events]"
		echo "max_delay = 100ms"
		echo "backoff = 50ms"
		echo "[project default]"
		echo "base_url = $ORIGIN"
		echo "log_event_url = $ORIGIN/v1/log_event"
		echo "interval = 1s"
		echo "sdk_key_file = $T/key"
	} >"$CONF"
	echo "$KEY" >"$T/key"
	chmod 600 "$T/key"
}

# start_syncer [OPTION...]: does not wait for it.
start_syncer() {
	"$BUILD/forkgate-syncer" --config "$CONF" "$@" >>"$T/syncer.log" 2>&1 &
	syncer_pid=$!
}

# stop_syncer: as systemd does it; the status is the syncer's.
stop_syncer() {
	kill -TERM "$syncer_pid" 2>/dev/null
	wait "$syncer_pid" 2>/dev/null
	st=$?
	syncer_pid=
	return $st
}

kill_syncer() {
	kill -KILL "$syncer_pid" 2>/dev/null
	wait "$syncer_pid" 2>/dev/null
	syncer_pid=
}

# worker COMMAND...: see worker.c.
worker() {
	"$BUILD/e2e/worker" "$@" 2>>"$T/worker.log"
}

# start_host: rules, origin, syncer, all there and ready.
start_host() {
	make_rules 1
	start_origin
	make_conf "$@"
	start_syncer
	within 10 ready_or_dead
	rules_ready || give_up host "no rules"
}

ready_or_dead() {
	rules_ready || ! kill -0 "$syncer_pid" 2>/dev/null
}

rules_ready() {
	timeout $((3 * SLOW)) "$BUILD/e2e/worker" gates "$STATE" u on 2>/dev/null |
	    grep -q "^on true"
}

# events_of TAG: the events of that tag that the origin took, each as often as
# it came.
events_of() {
	sed -n "s/.*\"value\" *: *\"\\($1-[^\"]*\\)\".*/\\1/p" "$EVENTS"
}

# compare_events NAME WANTED: the file's lines, each an event, all arrived?
# Repeats are allowed and told; a loss is a failure.
compare_events() {
	sort -u "$2" >"$T/wanted"
	sort "$EVENTS.seen" >"$T/seen"
	sort -u "$T/seen" >"$T/seen.once"
	lost=$(comm -23 "$T/wanted" "$T/seen.once" | wc -l)
	repeats=$(($(wc -l <"$T/seen") - $(wc -l <"$T/seen.once")))
	echo "# $1: $(wc -l <"$T/wanted") acknowledged, $lost lost, $repeats repeated"
	[ "$lost" = 0 ] || comm -23 "$T/wanted" "$T/seen.once" | head -n 5 |
	    sed 's/^/# lost: /'
	[ -s "$T/wanted" ] && [ "$lost" = 0 ]
	verdict "$1" $? "$lost events were lost of $(wc -l <"$T/wanted")"
}

# all_arrived N TAG: as many different ones as were logged.  The origin's own
# count tells cheaply when looking makes sense; set $received_before to it where
# many others came earlier.
received_before=0
all_arrived() {
	[ "$(origin_stat events_received)" -ge $((received_before + $1)) ] &&
	    [ "$(events_of "$2" | sort -u | wc -l)" -ge "$1" ]
}

# logged TEXT: does the syncer's log hold it?
logged() {
	grep -qF -- "$1" "$T/syncer.log"
}

# stat_is NAME OP N: such as stat_is specs_requests -ge 3.
stat_is() {
	[ "$(origin_stat "$1")" "$2" "$3" ]
}

# generation_is N: of the project default, as the log tells it.
generation_is() {
	logged "generation $1: "
}

# gone PID: no such process.
gone() {
	! kill -0 "$1" 2>/dev/null
}
