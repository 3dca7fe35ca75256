#!/bin/sh
# Goal: programs that were written for Statsig's PHP SDKs, or for OpenFeature, get
# forkgate's answers without a change, and their exposures and events arrive.
. "$(dirname "$0")/lib_php.sh"
need php

run() {
	php -n -d "extension=$EXT" -d "forkgate.state_dir=$STATE" \
	    -d forkgate.allow_overrides=1 -d display_errors=stderr \
	    "tests/servers/php/$@" 2>>"$T/php.log"
}

# answers NAME PROGRAM: what it prints is what is on standard input, and it has
# nothing to complain about.
answers() {
	cat >"$T/wanted.$2"
	: >"$T/php.log"
	run "$2.php" >"$T/got.$2"
	diff "$T/wanted.$2" "$T/got.$2" >"$T/diff" && [ ! -s "$T/php.log" ]
	verdict "$1" $? "$(cat "$T/diff" "$T/php.log" | head -n 20)"
}

# exposures_of USER: names of the events of that user's, and of what.
exposures_of() {
	grep "\"userID\" *: *\"$1\"" "$EVENTS" | php -n -r '
	while (($line = fgets(STDIN)) !== false) {
	    $event = json_decode($line, true);
	    $m = $event["metadata"];
	    echo $event["eventName"], " ", $m["gate"] ?? $m["config"] ?? $event["value"] ?? "-",
	        isset($m["parameterName"]) ? "/" . $m["parameterName"] : "",
	        isset($m["isManualExposure"]) ? " by hand" : "", "\n";
	}' | sort
}

# logs NAME USER: these are that user's events, on standard input.
logs() {
	sort >"$T/wanted.events"
	within 10 same_events "$2"
	verdict "$1" $? "$(diff "$T/wanted.events" "$T/got.events")"
}

same_events() {
	exposures_of "$1" >"$T/got.events"
	cmp -s "$T/wanted.events" "$T/got.events"
}

mkdir -p "$STATE"
: >"$T/php.log"
run openfeature.php no-rules >"$T/got"
[ "$(tail -n 1 "$T/got")" = 'no rules: {"0":true,"1":"ERROR","3":"PROVIDER_NOT_READY"}' ]
verdict "openfeature without rules" $? "$(cat "$T/got" "$T/php.log")"

cp tests/e2e/data/rules.json "$RULES"
start_origin
make_conf
start_syncer
"$BUILD/forkgate" wait --state "$STATE" --timeout 20 >/dev/null ||
    give_up rules "there are none"

answers "the legacy SDK's program" legacy <<'END_WANTED'
gate: true
gate by environment: true
unknown gate: false
gate in full: ["nested",true,"rule_nested",[{"gate":"everyone","gateValue":"true","ruleID":"rule_all"}],"userID"]
why: "DataAdapter"
config: [9007199254740993,"text",7,"rule_big"]
experiment: ["green","Green",{"colour":"green","size":2}]
layer: ["green","text","default","colours"]
response: [true,["page"]]
no user: "Statsig\\Exceptions\\StatsigUserException"
END_WANTED
answers "the core SDK's program" core <<'END_WANTED'
gate: true
gate by environment: true
gate in full: ["nested",true,"rule_nested","userID","Network:Recognized"]
config: [9007199254740993,"text",7,"rule_big"]
experiment: ["green","Green",{"colour":"green","size":2}]
by group: {"colour":"green","size":2}
groups: [true,[{"groupName":"Green","ruleId":"group_green","idType":"userID","returnValue":{"colour":"green","size":2}}]]
by group ID: "Green"
lists: [["a_tenth","everyone","nested","staging_only"],["limits"],["colours"],[],["page"],["looks"]]
layer: ["green","text","default","colours"]
response: [true,["page"]]
overridden: [false,{"max":3},"override","pink"]
no longer: [true,{"max":9007199254740993,"ratio":1.5,"名":"ü"},"group_green"]
END_WANTED
answers "the core SDK's persistent storage" core_sticky <<'END_WANTED'
what the SDK saved: ["mauve","group_mauve","Mauve","Persisted",1700000000000]
in a layer: ["mauve","group_mauve","colours"]
as an object: "group_mauve"
enforced: "group_mauve"
no exposure: "group_mauve"
odd: "group_green"
odd: "group_green"
odd: "group_green"
odd: "group_green"
damaged: "group_green"
saved anew: {"value":true,"json_value":{"colour":"green","size":2},"rule_id":"group_green","group_name":"Green","secondary_exposures":[],"undelegated_secondary_exposures":[],"config_delegate":null,"explicit_parameters":["colour"],"time":1700000000001}
and holds: "Persisted"
a layer of one that is new: "green"
is saved: "colours"
without the option: "group_green"
it is forgotten: ["page"]
a storage that fails: "group_green"
END_WANTED
answers "the OpenFeature provider" openfeature <<'END_WANTED'
name: "forkgate"
hooks: []
gate: [true,"TARGETING_MATCH","rule_all"]
gate by kind: [true,"TARGETING_MATCH","rule_nested"]
gate of default: [false,"DEFAULT","default"]
unknown gate: {"0":true,"1":"ERROR","3":"FLAG_NOT_FOUND"}
integer: [9007199254740993,"TARGETING_MATCH","rule_big"]
float: [1.5,"TARGETING_MATCH","rule_big"]
integer as float: [2.0,"TARGETING_MATCH","Green"]
other type: {"0":"text","1":"ERROR","3":"TYPE_MISMATCH"}
no parameter: {"0":"text","1":"ERROR","3":"FLAG_NOT_FOUND"}
experiment: ["green","TARGETING_MATCH","Green"]
object: [{"colour":"green","size":2},"TARGETING_MATCH","Green"]
layer: ["green","TARGETING_MATCH","Green"]
store: ["yes","UNKNOWN"]
whole store: {"0":["d"],"1":"ERROR","3":"GENERAL"}
whole layer: [{"colour":"green","size":2},"TARGETING_MATCH","Green"]
nobody: {"0":true,"1":"ERROR","3":"TARGETING_KEY_MISSING"}
only a custom ID: [true,"TARGETING_MATCH","rule_all"]
END_WANTED

# What was exposed twice in a row, and once by hand after that, was the same.
logs "the legacy SDK's events" ada <<'END_WANTED'
purchase 12.5
statsig::config_exposure colours
statsig::config_exposure limits
statsig::gate_exposure a_tenth by hand
statsig::gate_exposure everyone
statsig::gate_exposure nested
statsig::gate_exposure staging_only
statsig::layer_exposure page/colour
statsig::layer_exposure page/size by hand
END_WANTED
logs "the core SDK's events" bao <<'END_WANTED'
purchase 12.5
statsig::config_exposure colours
statsig::config_exposure colours
statsig::config_exposure limits
statsig::config_exposure limits
statsig::gate_exposure a_tenth by hand
statsig::gate_exposure everyone
statsig::gate_exposure everyone
statsig::gate_exposure nested
statsig::identify -
statsig::layer_exposure page/colour
statsig::layer_exposure page/colour
statsig::layer_exposure page/size by hand
END_WANTED
logs "what was exposed of sticky values" dora <<'END_WANTED'
statsig::config_exposure colours
statsig::config_exposure colours
statsig::layer_exposure page/colour
END_WANTED
logs "the OpenFeature provider's events" cleo <<'END_WANTED'
statsig::config_exposure colours
statsig::config_exposure limits
statsig::gate_exposure everyone
statsig::gate_exposure nested
statsig::gate_exposure nobody.knows
statsig::gate_exposure staging_only
statsig::layer_exposure page/colour
END_WANTED
! grep -rq hidden-from-all "$STATE/queue" "$EVENTS"
verdict "private attributes stay here" $? "they were logged"

make install-php B="$BUILD" DESTDIR="$T/root" PREFIX=/opt/fg >"$T/install.log" 2>&1
verdict "install-php" $? "$(tail -n 3 "$T/install.log")"
so=$(find "$T/root" -name forkgate.so)
[ "$(php -n -d "extension=$so" -r 'echo extension_loaded("forkgate");')" = 1 ] &&
    [ -f "$T/root/opt/fg/share/forkgate/php/compat/legacy/src/StatsigServer.php" ]
verdict "what it installed" $? "$(find "$T/root" -type f | head)"
make uninstall-php B="$BUILD" DESTDIR="$T/root" PREFIX=/opt/fg >/dev/null 2>&1
[ -z "$(find "$T/root" -type f)" ]
verdict "uninstall-php" $? "$(find "$T/root" -type f)"
