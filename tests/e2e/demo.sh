#!/bin/sh
# Goal: what "make demo" runs shows each step, with all events arriving, on our
# rules and on others; says what is wrong with rules that are none; and leaves
# neither a process nor a file behind, also when it is interrupted.
. "$(dirname "$0")/lib.sh"

DEMO=$BUILD/forkgate-demo
mkdir "$T/tmp"
export TMPDIR="$T/tmp"

run_demo() {
	"$DEMO" "$BUILD" "$1" >"$T/demo.log" 2>&1
}

# shows NAME PATTERN: a line of the output.
shows() {
	grep -q -- "$2" "$T/demo.log"
	verdict "$1" $? "no line /$2/"
}

# nothing_left NAME: origin and syncer have the folder in their arguments, the
# workers are forks of the demonstration.
nothing_left() {
	left=$(ls "$T/tmp")
	running=$(pgrep -f "$T/tmp/forkgate-demo|^$DEMO" | tr '\n' ' ')
	[ -z "$left$running" ]
	verdict "$1" $? "left: $left, running: $running"
}

run_demo tools/demo/rules.json
verdict demo $? "status $?"
shows rules 'tools/demo/rules.json, with gates: 4, '
shows first-generation 'generation 1 is there [0-9]* ms after'
shows targeting 'worker 1, for ada.* new_checkout ON, staff ON'
shows config 'config search_limits = {"max_results":50,"fuzzy":true}'
shows layer 'layer front_page: '
shows change 'new_checkout off for everybody'
shows second-generation 'the syncer published generation 2'
for i in 1 2 3 4; do
	shows "worker-$i-sees-it" "worker $i saw it .* new_checkout is off"
done
logged=$(sed -n 's/^   logged  *\([0-9]*\):.*/\1/p' "$T/demo.log")
[ "${logged:-0}" -ge 30 ] &&
    grep -q "received  $logged by the origin, all of them" "$T/demo.log"
verdict events-arrive $? "logged: $logged"
shows next 'make demo RULES='
nothing_left nothing-left

run_demo tests/e2e/data/rules.json
verdict other-rules $? "status $?"
shows other-rules-change 'everyone off for everybody'
shows other-rules-arrive 'all of them'

echo '{"has_updates":true}' >"$T/none.json"
run_demo "$T/none.json"
[ $? = 1 ] && grep -q 'none.json:1:1: .* is missing' "$T/demo.log"
verdict no-rules $? "$(tail -n 1 "$T/demo.log")"
run_demo "$T/nowhere.json"
[ $? = 1 ] && grep -q 'nowhere.json: No such file' "$T/demo.log"
verdict missing-rules $? "$(tail -n 1 "$T/demo.log")"
nothing_left nothing-left-of-failures

# Interrupted at each step.
for line in 'forkgate-origin is at' 'generation 1' 'worker 4, for' 'received'; do
	: >"$T/demo.log"
	"$DEMO" "$BUILD" tools/demo/rules.json >"$T/demo.log" 2>&1 &
	started=$!
	within 20 grep -q "$line" "$T/demo.log"
	kill -INT "$started" 2>/dev/null
	wait "$started"
	st=$?
	started=
	[ $st = 130 ] || [ "$line" = received ]
	verdict "interrupted-at-${line%% *}" $? "status $st"
done
nothing_left nothing-left-of-interrupted
