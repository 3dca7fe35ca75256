#!/bin/sh
# Goal: the syncer starts or says in one line why not, there is one at a time,
# and its key is nowhere but where it was put.
. "$(dirname "$0")/lib.sh"

syncer=$BUILD/forkgate-syncer
make_rules 1
KEY=secret-AbCdEfGh1234567890xyz
start_origin
make_conf

# refuses NAME STATUS TEXT COMMAND...: with that status, and one line.
refuses() {
	name=$1 want=$2 text=$3
	shift 3
	"$@" >"$T/out" 2>&1
	st=$?
	if [ $st != "$want" ]; then
		not_ok "$name" "status $st instead of $want: $(head -n 1 "$T/out")"
	elif ! grep -qF -- "$text" "$T/out"; then
		not_ok "$name" "no \"$text\" in: $(head -n 3 "$T/out")"
	elif grep -q "fGh1234567890" "$T/out"; then
		not_ok "$name" "it shows the key"
	else
		ok "$name"
	fi
}
# conf_with LINE: another configuration with that line under the project.
conf_with() {
	{
		cat "$CONF"
		echo "$1"
	} >"$T/other.conf"
}

"$syncer" --help | grep -q '^usage: forkgate-syncer' &&
    "$syncer" --version | grep -q '^forkgate-syncer [0-9]'
verdict helps-and-tells-its-version $? "it does not"
"$syncer" --check-config --config "$CONF" >"$T/out" 2>&1
verdict checks-a-good-configuration $? "$(cat "$T/out")"
refuses no-such-configuration 2 "$T/none.conf: No such file" \
    "$syncer" --config "$T/none.conf"
refuses no-such-option 2 "usage:" "$syncer" --frobnicate
conf_with "intervall = 5s"
lines=$(wc -l <"$T/other.conf")
refuses an-unknown-key 2 "$T/other.conf:$lines: [project default] intervall" \
    "$syncer" --config "$T/other.conf"
conf_with "timeout = 5"
refuses a-time-without-unit 2 "$T/other.conf:$lines: " \
    "$syncer" --check-config --config "$T/other.conf"
conf_with "sdk_key = $KEY"
refuses a-key-in-the-configuration 2 "does not belong in this file" \
    "$syncer" --config "$T/other.conf"
refuses a-key-on-the-command-line 2 "an SDK key on the command line" \
    "$syncer" --config "$CONF" --state "$KEY"
refuses an-unknown-variable 2 "FORKGATE_SYNCER_STATEDIR" \
    env FORKGATE_SYNCER_STATEDIR=/x "$syncer" --config "$CONF"
echo "client-AbCdEfGh1234567890xyz" >"$T/key"
refuses no-server-key 2 "begins with secret-" "$syncer" --config "$CONF"
rm "$T/key"
refuses no-key-file 2 "$T/key: No such file" "$syncer" --config "$CONF"
echo "$KEY" >"$T/key"
refuses a-state-directory-nowhere 1 "$T/no/state: cannot make the folder" \
    "$syncer" --config "$CONF" --state "$T/no/state"
echo file >"$T/plain"
refuses a-state-directory-that-is-a-file 1 "$T/plain: cannot open the folder" \
    "$syncer" --config "$CONF" --state "$T/plain"
conf_with "[syncer]"
refuses a-group-that-is-not-there 2 "no group no-such-group" \
    env FORKGATE_SYNCER_READER_GROUP=no-such-group "$syncer" --once \
    --config "$CONF" --state "$T/grouped"
if [ "$(id -u)" = 0 ]; then
	mkdir "$T/foreign"
	chown 12345 "$T/foreign"
	refuses a-state-directory-of-somebody-else 2 "belongs to user 12345" \
	    "$syncer" --config "$CONF" --state "$T/foreign"
else
	skip a-state-directory-of-somebody-else "needs root"
fi

# modes FOLDER WANTED
mode_is() {
	[ "$(stat -c %a "$1")" = "$2" ] || {
		not_ok modes "$1 is $(stat -c %a "$1") instead of $2"
		return 1
	}
}
(
	umask 077
	exec "$syncer" --config "$CONF" --once 2>>"$T/syncer.log"
)
verdict once-fills-a-fresh-state $? "status $?"
mode_is "$STATE" 750 && mode_is "$STATE/rules" 750 &&
    mode_is "$STATE/queue" 3733 && mode_is "$STATE/quarantine" 700 &&
    mode_is "$STATE/lock" 600 && ok modes
chmod 777 "$STATE" "$STATE/quarantine"
chmod 755 "$STATE/queue"
: >"$T/syncer.log"
start_syncer
within 10 logged "starting from generation" || give_up runs "not started"
mode_is "$STATE" 750 && mode_is "$STATE/queue" 3733 &&
    mode_is "$STATE/quarantine" 700 && ok modes-are-put-right

# A second one finds the first and touches nothing.
rules_ready || give_up runs "no rules"
queue_is_empty() {
	[ -z "$(ls "$STATE/queue")" ]
}
within 10 queue_is_empty || give_up runs "events stay in the queue"
find "$STATE" -type f ! -name epoch -exec cksum {} + | sort >"$T/before"
refuses a-second-syncer 3 "another forkgate-syncer is at work" \
    "$syncer" --config "$CONF"
refuses a-second-syncer-once 3 "another forkgate-syncer is at work" \
    "$syncer" --config "$CONF" --once
find "$STATE" -type f ! -name epoch -exec cksum {} + | sort >"$T/after"
cmp -s "$T/before" "$T/after"
verdict a-second-syncer-touches-nothing $? \
    "$(diff "$T/before" "$T/after" | head -n 4 | tr "\n" " ")"
rules_ready && kill -0 "$syncer_pid"
verdict the-first-syncer-goes-on $? "it does not"

# The key, after requests that went well and others that did not.
worker log "$STATE" key 20
within 10 all_arrived 20 key
for fault in 401 500 html refuse redirect:http://127.0.0.2:1/; do
	origin_fault "specs=$fault&events=$fault&count=5"
	n=$(origin_stat specs_faults)
	worker log "$STATE" "key$n" 3
	within 20 stat_is specs_faults -ge $((n + 1))
done
origin_fault "specs=none&events=none"
secret=fGh1234567890
! grep -q "$secret" "$T/syncer.log"
verdict the-key-is-in-no-line-of-the-log $? "it is"
grep -q 'secret-AbCdE\*\*\*\*\*' "$T/syncer.log"
verdict the-log-names-the-key-by-its-mask $? "it does not"
! tr '\0' '\n' <"/proc/$syncer_pid/cmdline" | grep -q "$secret" &&
    ! tr '\0' '\n' <"/proc/$syncer_pid/environ" | grep -q "$secret"
verdict the-key-is-not-in-the-process-list $? "it is"
! grep -rq "$secret" "$STATE"
verdict the-key-is-not-in-the-state-directory $? "it is"
stop_syncer
verdict ends-with-status-0 $? "status $?"

# From the environment it works as well, and is wiped there.
grep -v '^sdk_key_file' "$CONF" >"$T/env.conf"
FORKGATE_SYNCER_SDK_KEY=$KEY "$syncer" --config "$T/env.conf" \
    2>>"$T/syncer.log" &
syncer_pid=$!
requests=$(origin_stat specs_requests)
within 10 stat_is specs_requests -gt "$requests"
verdict takes-the-key-from-the-environment $? "it asks for nothing"
! tr '\0' '\n' <"/proc/$syncer_pid/environ" | grep -q "$secret"
verdict wipes-the-key-in-the-environment $? "it is still there"
kill_syncer

# What a newer forkgate wrote is not taken for ours: rules are fetched anew.
printf '\377\377\377\177' | dd of="$STATE/rules/current/epoch" bs=1 seek=8 \
    conv=notrunc 2>/dev/null
: >"$T/syncer.log"
start_syncer
if within 10 gone "$syncer_pid"; then
	wait "$syncer_pid"
	st=$?
	[ $st = 4 ] && logged "newer forkgate"
	verdict a-newer-state-directory-is-told $? "status $st"
	syncer_pid=
else
	grep -qE 'warning|error' "$T/syncer.log" && within 10 rules_ready
	verdict a-newer-state-directory-is-told $? "nothing in the log"
	stop_syncer
fi

# Readers of a group of their own: it gets the rules, and not the events.
group_is() {
	[ "$(stat -L -c %G "$1")" = "$2" ] || {
		not_ok "$3" "$1 is of group $(stat -L -c %G "$1")"
		return 1
	}
}
groups_are() {
	group_is "$STATE" "$1" "$2" && group_is "$STATE/rules" "$1" "$2" &&
	    group_is "$STATE/rules/current" "$1" "$2" &&
	    group_is "$STATE/rules/current/data.mdb" "$1" "$2" &&
	    group_is "$STATE/rules/current/epoch" "$1" "$2" &&
	    group_is "$STATE/queue" "$(id -gn)" "$2" && ok "$2"
}
if [ "$(id -u)" = 0 ] && getent group daemon >/dev/null; then
	export FORKGATE_SYNCER_READER_GROUP=daemon
	STATE=$T/grouped
	"$syncer" --config "$CONF" --state "$STATE" --once 2>>"$T/syncer.log"
	groups_are daemon a-readers-group-gets-the-rules
	rm -r "$STATE/rules/current" "$STATE/rules"/env-*
	"$syncer" --config "$CONF" --state "$STATE" --once 2>>"$T/syncer.log"
	groups_are daemon rebuilt-rules-stay-the-groups
else
	skip a-readers-group-gets-the-rules "needs root"
fi
