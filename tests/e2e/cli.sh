#!/bin/sh
# Goal: the command line answers alike from a document, a snapshot and a state
# directory; each exit status is what --help promises; and whoever mistypes or
# points at the wrong thing is told in one line which file or field it was.
. "$(dirname "$0")/lib.sh"

FG=$BUILD/forkgate
DOC=tests/e2e/data/rules.json
unset FORKGATE_STATE_DIR

# expect NAME STATUS OUT ERR COMMAND...: the status, and a basic regular
# expression each for what is on standard output and error; "-" is nothing.
expect() {
	name=$1 want=$2 out=$3 err=$4
	shift 4
	"$@" >"$T/out" 2>"$T/err" </dev/null
	st=$?
	cat "$T/out" "$T/err" >>"$T/all"
	why=
	[ "$st" = "$want" ] || why="status $st, not $want"
	matches "$out" "$T/out" || why="$why; output is no /$out/"
	matches "$err" "$T/err" || why="$why; errors are no /$err/"
	if [ -z "$why" ]; then
		ok "$name"
	else
		not_ok "$name" "$why"
		sed 's/^/# out: /' "$T/out"
		sed 's/^/# err: /' "$T/err"
	fi
}

matches() {
	if [ "$1" = - ]; then
		[ ! -s "$2" ]
	else
		grep -q -- "$1" "$2"
	fi
}

eval_doc() {
	"$FG" eval --rules $DOC "$@"
}

# ------------------------------------------------------------------- help

expect version 0 '^forkgate [0-9]' - "$FG" --version
expect help 0 '^usage: forkgate COMMAND' - "$FG" --help
expect no-command 2 - '^usage: forkgate COMMAND' "$FG"
expect unknown-command 2 - 'frobnicate is no command' "$FG" frobnicate
for command in $("$FG" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
	expect "help-$command" 0 "^usage: forkgate $command" - \
	    "$FG" "$command" --help
	expect "bad-option-$command" 2 - '--no-such-option' \
	    "$FG" "$command" --no-such-option
	"$FG" "$command" --help | grep -q 'Exit status: 0 '
	verdict "help-tells-status-$command" $? "no exit status in its help"
done

# ------------------------------------------------- eval, from a document

expect gate 0 '"value":true,"rule_id":"rule_all"' - eval_doc gate everyone
expect nested-gate 0 \
    '"value":true.*{"gate":"everyone","gateValue":"true","ruleID":"rule_all"}' - \
    eval_doc gate nested --user '{"custom":{"size":1000}}'
expect number-is-no-text 0 '"value":false' - \
    eval_doc gate nested --user '{"custom":{"size":"many"}}'
expect config 0 '"value":{"max":9007199254740993,"ratio":1.5,"名":"ü"}' - \
    eval_doc config limits --user '{"custom":{"size":2e3}}'
expect experiment 0 '"colour":"green".*"group_name":"Green"' - \
    eval_doc experiment colours
expect layer 0 '"allocated_experiment":"colours"' - eval_doc layer page
expect parameter 0 '"parameter":"size","value":2,' - \
    eval_doc layer page --param size
expect store 0 '"value":{"box":"medium","shade":"green","show":"yes"}' - \
    eval_doc param_store looks
expect store-parameter 0 '"parameter":"show","value":"yes"' - \
    eval_doc param_store looks --param show
expect default-tier 0 '"value":true' - eval_doc gate staging_only
expect tier-option 0 '"value":false' - \
    eval_doc gate staging_only --environment production
expect tier-of-user 0 '"value":true' - \
    eval_doc gate staging_only --environment production \
    --user '{"statsigEnvironment":{"tier":"Staging"}}'

echo '{"custom":{"size":1000}}' >"$T/user.json"
expect user-file 0 '"value":true' - eval_doc gate nested --user "@$T/user.json"
"$FG" eval --rules $DOC gate nested --user @- <"$T/user.json" |
    grep -q '"value":true'
verdict user-standard-input $? "not read"
"$FG" eval --rules - gate everyone <$DOC | grep -q '"value":true'
verdict rules-standard-input $? "not read"

# --------------------------------------------------------- what goes wrong

expect unknown-name 1 '"reason":"Bootstrap:Unrecognized"' 'nothing: not in' \
    eval_doc gate nothing
expect unknown-parameter 1 '"value":null' 'parameter nothing' \
    eval_doc config limits --param nothing
expect bad-user 2 - '--user: line 1, column 11: ' \
    eval_doc gate everyone --user '{"userID":}'
expect bad-user-field 2 - 'column 11: custom: must be an object' \
    eval_doc gate everyone --user '{"custom":1}'
expect bad-user-file 2 - "$T/bad.json: line 2, column 1: " \
    sh -c "printf '{\n]' >$T/bad.json; $FG eval --rules $DOC gate everyone --user @$T/bad.json"
expect missing-user-file 3 - "$T/none: No such file" \
    eval_doc gate everyone --user "@$T/none"
expect bad-kind 2 - 'feature: KIND is gate, config, experiment, layer or' \
    eval_doc feature everyone
expect missing-name 2 - 'KIND and NAME are missing' eval_doc gate
expect too-many-words 2 - 'more words' eval_doc gate one two
expect two-sources 2 - 'choose one' \
    eval_doc gate everyone --state "$T"
expect log-without-queue 2 - '--log: only a state directory' \
    eval_doc gate everyone --log
expect gate-parameter 2 - 'a gate has none' eval_doc gate everyone --param x
expect bad-project 2 - '--project a/b: ' \
    "$FG" eval --state "$T" --project a/b gate everyone
expect missing-document 3 - "$T/none.json: No such file" \
    "$FG" eval --rules "$T/none.json" gate everyone
sed 's/"time": 17/"time": -17/' $DOC >"$T/refused.json"
expect refused-document 2 - 'refused.json:3:[0-9]*: refused: time: ' \
    "$FG" eval --rules "$T/refused.json" gate everyone
echo '{"has_updates":' >"$T/cut.json"
expect cut-document 2 - 'cut.json:2:1: refused: ' \
    "$FG" eval --rules "$T/cut.json" gate everyone
echo '{"has_updates":false}' >"$T/none.json"
expect no-updates 2 - 'has_updates is false' \
    "$FG" eval --rules "$T/none.json" gate everyone

# ---------------------------------------------------------------- snapshot

expect compile 0 'gates 4, configs 2, layers 1, dropped 0,' - \
    "$FG" compile $DOC -o "$T/rules.fgs"
expect snapshot 0 '"value":true,"rule_id":"rule_all"' - \
    "$FG" eval --snapshot "$T/rules.fgs" gate everyone
expect compile-refused 2 - 'refused: time' \
    "$FG" compile "$T/refused.json" -o "$T/not.fgs"
[ ! -e "$T/not.fgs" ]
verdict compile-leaves-nothing $? "a file was written"
expect compile-nowhere 3 - "$T/no/such.fgs: No such file" \
    "$FG" compile $DOC -o "$T/no/such.fgs"
sed 's/"passPercentage": 10,/"passPercentage": "10",/' $DOC >"$T/drop.json"
expect compile-dropped 1 'gates 3, .* dropped 1,' \
    'dropped: feature_gates.a_tenth.rules\[0\].passPercentage: ' \
    "$FG" compile "$T/drop.json" -o "$T/drop.fgs"
expect not-a-snapshot 3 - "$DOC: no whole snapshot" \
    "$FG" eval --snapshot $DOC gate everyone
head -c 4000 "$T/rules.fgs" >"$T/cut.fgs"
expect cut-snapshot 3 - 'cut.fgs: no whole snapshot' \
    "$FG" eval --snapshot "$T/cut.fgs" gate everyone
cp "$T/rules.fgs" "$T/newer.fgs"
printf '\377' | dd of="$T/newer.fgs" bs=1 seek=8 conv=notrunc 2>/dev/null
expect newer-snapshot 3 - 'newer.fgs: written by a newer forkgate' \
    "$FG" eval --snapshot "$T/newer.fgs" gate everyone
expect other-project 2 - "another project's rules" \
    "$FG" eval --snapshot "$T/rules.fgs" --project other gate everyone

# ------------------------------------------------------------------- cases

cat >"$T/cases" <<'END'
{"user":{"userID":"a"},"kind":"gate","name":"everyone"}
{"user":{"userID":"a"},"kind":"experiment","name":"colours","more":[1]}

{"name":"page","kind":"layer","user":{"custom":{"size":1}}}
{"name":"looks","kind":"param_store","user":{"userID":"a"}}
END
expect cases 0 '^{"kind":"gate","name":"everyone","value":true' - \
    eval_doc --cases "$T/cases"
[ "$(wc -l <"$T/out")" = 4 ]
verdict case-a-line $? "$(wc -l <"$T/out") lines"
members=$(head -n 1 "$T/out" | grep -o '"[a-z_]*":' | tr -d '":' | tr '\n' ' ')
[ "$members" = "kind name value rule_id group_name id_type \
secondary_exposures undelegated_secondary_exposures allocated_experiment \
explicit_parameters is_experiment_active is_user_in_experiment reason version \
lcut " ]
verdict case-members $? "a gate has $members"
grep -q '"kind":"layer".*"param_exposures":{"[a-z]*":{"rule_id":"[a-z_]*",' \
    "$T/out"
verdict case-parameters $? "a layer's parameters have no exposures"
eval_doc --cases - <"$T/cases" | cmp -s - "$T/out"
verdict cases-standard-input $? "not the same"
expect cases-live 0 '"kind":"experiment".*"generation":1' - \
    eval_doc --live --cases "$T/cases"
expect live-without-cases 2 - 'live needs --cases' \
    eval_doc --live gate everyone
echo '{"user":{},"kind":"gate"}' >>"$T/cases"
expect bad-case 2 '"kind":"layer"' "$T/cases:6: a case has" \
    eval_doc --cases "$T/cases"
expect cases-and-user 2 - 'do not go with --cases' \
    eval_doc --cases "$T/cases" --user '{}'

# ------------------------------------------------------- a state directory

expect state-missing 3 - "$T/nowhere: No such file" \
    "$FG" eval --state "$T/nowhere" gate everyone
expect status-missing 3 - "$T/nowhere: No such file" \
    "$FG" status --state "$T/nowhere"
expect flush-missing 3 - "$T/nowhere/queue: No such file" \
    "$FG" flush --state "$T/nowhere"
mkdir "$STATE"
expect state-empty 1 - 'no rules of project default yet' \
    "$FG" eval --state "$STATE" gate everyone
expect status-empty 1 'no syncer has published any here' - \
    "$FG" status --state "$STATE"
expect wait-in-vain 1 - 'no rules of project default yet' \
    "$FG" wait --state "$STATE" --timeout 0.1
expect wait-bad-timeout 2 - '--timeout soon: ' \
    "$FG" wait --state "$STATE" --timeout soon
rmdir "$STATE"

cp $DOC "$RULES"
start_origin
make_conf
start_syncer
expect wait 0 - - "$FG" wait --state "$STATE" --timeout 20
expect state 0 '"value":true,"rule_id":"rule_all".*"reason":"Network:' - \
    "$FG" eval --state "$STATE" gate everyone
FORKGATE_STATE_DIR=$STATE "$FG" eval gate everyone | grep -q '"value":true'
verdict state-of-environment $? "FORKGATE_STATE_DIR is not used"
expect status 0 '^syncer  *alive' - "$FG" status --state "$STATE"
grep -q 'default: generation 1$' "$T/out" &&
    grep -q 'gates 4, configs 2, layers 1;' "$T/out"
verdict status-tells-rules $? "no generation or counts"
expect status-json 0 '"ok":true,"syncer_alive":true.*"generation":1' - \
    "$FG" status --state "$STATE" --json
expect status-of-project 1 'other: not known' - \
    "$FG" status --state "$STATE" --project other
expect eval-of-project 1 - 'no project other here' \
    "$FG" eval --state "$STATE" --project other gate everyone

# Same answers, but for where the rules came from.
answers() {
	"$FG" eval "$@" --cases "$T/cases3" | sed 's/"reason":"[A-Za-z]*:/"reason":"/'
}
head -n 5 "$T/cases" >"$T/cases3"
answers --rules $DOC >"$T/by-rules"
answers --snapshot "$T/rules.fgs" >"$T/by-snapshot"
answers --state "$STATE" >"$T/by-state"
[ -s "$T/by-rules" ] && cmp -s "$T/by-rules" "$T/by-snapshot" &&
    cmp -s "$T/by-rules" "$T/by-state"
verdict three-sources-one-answer $? "they differ"

# ------------------------------------------------------------------ events

expect eval-logs-nothing 0 - - "$FG" flush --state "$STATE" --wait
[ ! -s "$EVENTS" ]
verdict no-event-unasked $? "an event arrived"
expect log 0 '"value":true' - "$FG" eval --state "$STATE" gate everyone \
    --user '{"userID":"logged"}' --log
expect log-layer-needs-parameter 2 - 'add --param' \
    "$FG" eval --state "$STATE" layer page --log
expect log-layer 0 '"value":"green"' - "$FG" eval --state "$STATE" \
    layer page --param colour --user '{"userID":"logged"}' --log
expect flush-waits 0 - - "$FG" flush --state "$STATE" --wait --timeout 20
grep -q 'statsig::gate_exposure.*\|.*"userID":"logged"' "$EVENTS" &&
    [ "$(grep -c '"userID":"logged"' "$EVENTS")" = 2 ]
verdict logged-events-arrive $? "$(wc -l <"$EVENTS") events"
expect flush-asks 0 - - "$FG" flush --state "$STATE"
expect flush-other-project 0 - - \
    "$FG" flush --state "$STATE" --wait --project default --timeout 20

# ------------------------------------------ looking at what lies on the disk

expect inspect-document 0 '^gate  *nested  *rules 1  *conditions 2 ' - \
    "$FG" inspect --rules $DOC
"$FG" inspect --rules $DOC --names >"$T/by-rules"
"$FG" inspect --snapshot "$T/rules.fgs" --names >"$T/by-snapshot"
"$FG" inspect --state "$STATE" --names >"$T/by-state"
printf '%s\n' a_tenth everyone nested staging_only colours limits page |
    cmp -s - "$T/by-rules" && cmp -s "$T/by-rules" "$T/by-snapshot" &&
    cmp -s "$T/by-rules" "$T/by-state"
verdict inspect-lists-names $? "$(tr '\n' ' ' <"$T/by-rules")"
expect inspect-nothing 3 - 'no whole snapshot' "$FG" inspect --snapshot $DOC

expect verify 0 '^default 1: whole, [0-9]* bytes, sections: 1$' - \
    "$FG" verify --state "$STATE"
expect verify-snapshot 0 'project default, generation 1: whole' - \
    "$FG" verify --snapshot "$T/rules.fgs"
expect verify-cut-snapshot 1 'damaged, or no snapshot' - \
    "$FG" verify --snapshot "$T/cut.fgs"
expect verify-newer-snapshot 3 - 'by a newer forkgate' \
    "$FG" verify --snapshot "$T/newer.fgs"
expect verify-missing 3 - 'nowhere: No such file' \
    "$FG" verify --state "$T/nowhere"

# Events stay while the origin fails.
origin_fault 'events=500'
expect log-more 0 '"value":true' - "$FG" eval --state "$STATE" gate everyone \
    --user '{"userID":"pending","privateAttributes":{"x":"unseen"}}' --log
expect queue 0 '"eventName":"statsig::gate_exposure"' - \
    "$FG" queue --state "$STATE"
grep -q '"userID":"pending"' "$T/out" && ! grep -q unseen "$T/out"
verdict queue-tells-the-user $? "$(cat "$T/out")"
expect queue-segments 0 'project default  pid [0-9]*  sealed  events 1 ' - \
    "$FG" queue --state "$STATE" --segments
expect queue-of-project 0 - - "$FG" queue --state "$STATE" --project other
expect queue-missing 3 - 'nowhere/queue: No such file' \
    "$FG" queue --state "$T/nowhere"
name=$(basename "$(find "$STATE/queue" -name 'seg-*')")
cp -a "$STATE" "$T/damaged"
printf 'xxxx' | dd of="$T/damaged/queue/$name" bs=1 seek=4120 conv=notrunc \
    2>/dev/null
expect queue-damaged 1 - "$name: damaged before byte" \
    "$FG" queue --state "$T/damaged"
origin_fault 'events=none'
expect flush-after-failure 0 - - \
    "$FG" flush --state "$STATE" --wait --timeout 20
expect queue-empty 0 - - "$FG" queue --state "$STATE"

# ------------------------------------------------- when the syncer is gone

kill_syncer
cp -a "$STATE" "$T/copy"
expect flush-times-out 1 - 'not accepted after 0.2 s' \
    "$FG" flush --state "$T/copy" --wait --timeout 0.2
[ -z "$(find "$T/copy/queue" -name 'flush-*')" ]
verdict flush-withdraws $? "its request is still there"
# The heartbeat: boot time and Unix time, both long ago.
printf '\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0' |
    dd of="$T/copy/rules/current/epoch" bs=1 seek=80 conv=notrunc 2>/dev/null
expect status-stale 1 'not running, or stuck' - "$FG" status --state "$T/copy"
expect status-stale-json 1 '"ok":false,"syncer_alive":false' - \
    "$FG" status --state "$T/copy" --json
expect stale-rules-are-used 0 '"value":true' - \
    "$FG" eval --state "$T/copy" gate everyone

# A byte of the image, somewhere in data.mdb.
cp "$T/copy/rules/current/data.mdb" "$T/data.mdb"
at=$(grep -obaF rule_tenth "$T/data.mdb" | tail -n 1 | cut -d : -f 1)
printf 'R' | dd of="$T/copy/rules/current/data.mdb" bs=1 seek="$at" \
    conv=notrunc 2>/dev/null
expect verify-damaged 1 '^default 1: has another checksum$' '1 damaged' \
    "$FG" verify --state "$T/copy"

# Another version: byte 8 of the epoch file.
printf '\11' | dd of="$T/copy/rules/current/epoch" bs=1 seek=8 conv=notrunc \
    2>/dev/null
for command in 'eval gate everyone' status 'wait --timeout 0'; do
	# shellcheck disable=SC2086 # words
	expect "newer-state-${command%% *}" 3 - 'by a newer forkgate' \
	    "$FG" $command --state "$T/copy"
done
printf 'x' | dd of="$T/copy/rules/current/epoch" bs=1 conv=notrunc 2>/dev/null
expect damaged-state 3 - "$T/copy/rules/current/epoch: the rules are damaged" \
    "$FG" status --state "$T/copy"

as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups \
	    --inh-caps=-all --bounding-set=-all "$@"
}
chmod 700 "$T/copy"
if [ "$(id -u)" = 0 ] && as_nobody true 2>/dev/null; then
	for command in 'eval gate everyone' status flush queue verify \
	    inspect; do
		# shellcheck disable=SC2086 # words
		expect "unreadable-state-${command%% *}" 3 - 'Permission denied' \
		    as_nobody "$FG" $command --state "$T/copy"
	done
else
	skip unreadable-state "only root can become somebody else"
fi

# ------------------------------------------------------------------- output

if [ -w /dev/full ]; then
	"$FG" eval --rules $DOC gate everyone >/dev/full 2>"$T/err"
	[ $? = 3 ] && grep -q 'No space left' "$T/err"
	verdict full-disk-is-told $? "it pretends success"
fi
! grep -q "$KEY" "$T/all"
verdict key-never-printed $? "the SDK key is in an output"
