#!/bin/sh
# Goal: an Apache with mod_forkgate goes on whatever happens around it: rules
# that change, restarts under load, workers that are killed, a syncer that is
# down or has not run yet, rules that may only be read.  No request fails for
# it, and every exposure of an answered request arrives.
. "$(dirname "$0")/lib_apache.sh"

start_rules
htpasswd -bc "$W/users" ada secret 2>/dev/null

conf() {
	cat <<-END
	ForkgateStateDir $STATE
	ForkgateUser userID %{forkgate_query:uid}
	ForkgateUser userID %{REMOTE_USER}
	ForkgateEnv EVERYONE gate everyone
	Header set X-Everyone "expr=%{forkgate_gate:everyone}"
	<Location /login>
	AuthType Basic
	AuthName x
	AuthUserFile $W/users
	Require valid-user
	SetHandler forkgate-init
	</Location>
	END
}

begin_apache() {
	conf >"$W/life.conf"
	start_apache_with "$1" headers auth_basic authn_core authn_file \
	    authz_user <"$W/life.conf"
}

# is TEXT: the gate's value, as each of some requests in a row sees it, which
# several workers answer.
is() {
	for n in 1 2 3 4 5 6; do
		get "/page.html?uid=$n" -o /dev/null -D - |
		    grep -qi "^x-everyone: $1" || return 1
	done
}

# exposes TAG N: N requests of as many users, four at a time.  Those that were
# answered are added to $T/answered; each logs one exposure.
exposes() {
	curl -sZ --parallel-max 4 --max-time 60 -o /dev/null \
	    -w '%{http_code} %{url_effective}\n' \
	    "$HTTP/page.html?uid=$1-[1-$2]" >"$T/asked" 2>>"$W/log/curl"
	sed -n 's/^200 .*uid=//p' "$T/asked" >>"$T/answered"
}

# accounted NAME TAG: of each that was answered the exposure arrived.
accounted() {
	name=$1 tag=$2
	within 30 users_arrived "$(wc -l <"$T/answered")" "$tag"
	users_of "$tag" >"$EVENTS.seen"
	compare_events "$name" "$T/answered"
	: >"$T/answered"
}

new_generation=1
change_rules() {
	new_generation=$((new_generation + 1))
	serve_rules $new_generation "$1"
	within 20 generation_is "$new_generation" ||
	    give_up "$mpm-rules" "no generation $new_generation"
}

test_rules_change() {
	within 5 is true
	verdict "$mpm-gate-is-on" $? "it is off"
	before=$(workers)
	change_rules '/"everyone": {/,/}]/s/"passPercentage": 100/"passPercentage": 0/'
	within 5 is false
	verdict "$mpm-workers-see-new-rules" $? "they do not"
	change_rules ''
	within 5 is true
	verdict "$mpm-workers-see-rules-again" $? "they do not"
	# The same processes, or some of them: nothing was started anew.
	for pid in $(workers); do
		case " $before " in
		*" $pid "*) pid=same && break ;;
		esac
	done
	[ "$pid" = same ]
	verdict "$mpm-without-a-restart" $? "other workers answer"
}

workers() {
	pgrep -P "$apache_pid" | tr '\n' ' '
}

# mapped: how often the parent maps the rules, and its descriptors.
mapped() {
	echo "$(grep -c "$STATE.*data.mdb" "/proc/$apache_pid/maps")" \
	    "$(find "/proc/$apache_pid/fd" -type l | wc -l)"
}

test_restarts() {
	graceful_restart
	was=$(mapped)
	load_begin restart "/page.html?uid=1"
	for i in 1 2 3; do
		graceful_restart || not_ok "$mpm-graceful" "no restart"
		load_goes_on
	done
	load_end restart
	[ "$requests" -gt 0 ] && [ "$failures" = 0 ]
	verdict "$mpm-graceful-restarts-fail-nothing" $? \
	    "$failures of $requests requests"
	[ "$(mapped)" = "$was" ]
	verdict "$mpm-restarts-leave-nothing" $? \
	    "maps and descriptors were $was, are $(mapped)"
	restarts=$(grep -c 'resuming normal operations' "$W/log/error")
	kill -HUP "$apache_pid"
	within 20 resumed $((restarts + 1)) && within 5 is true
	verdict "$mpm-full-restart" $? "the gate is not on after it"
	[ "$(mapped)" = "$was" ]
	verdict "$mpm-full-restart-leaves-nothing" $? \
	    "maps and descriptors were $was, are $(mapped)"
}

test_events() {
	exposes "$mpm-all" 300
	[ "$(wc -l <"$T/answered")" = 300 ]
	verdict "$mpm-answers-all" $? "$(wc -l <"$T/answered") of 300"
	accounted "$mpm-events-arrive" "$mpm-all"
	users_of "$mpm-all" | sort >"$EVENTS.seen"
	[ "$(wc -l <"$EVENTS.seen")" = 300 ]
	verdict "$mpm-events-arrive-once" $? "$(wc -l <"$EVENTS.seen") of 300"
}

# Killed by SIGKILL while they answer: the rest is answered by others.
test_kills() {
	exposes "$mpm-kill" 1500 &
	asking=$!
	rounds=0
	while ! gone_or_dead "$asking" && [ $rounds -lt 25 ]; do
		pid=$(pgrep -P "$apache_pid" | head -n 1)
		[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
		rounds=$((rounds + 1))
		sleep 0.05
	done
	wait "$asking"
	within 10 is true
	verdict "$mpm-answers-after-kills" $? "it does not"
	[ -s "$T/answered" ]
	verdict "$mpm-answers-amid-kills" $? "nothing was answered"
	echo "# $rounds kills, $(wc -l <"$T/answered") of 1500 answered"
	accounted "$mpm-killed-workers-lose-nothing" "$mpm-kill"
}

test_syncer_down() {
	stop_syncer
	is true
	verdict "$mpm-goes-on-without-syncer" $? "the gate is off"
	exposes "$mpm-down" 100
	[ "$(wc -l <"$T/answered")" = 100 ]
	verdict "$mpm-answers-without-syncer" $? "$(wc -l <"$T/answered") of 100"
	start_syncer
	accounted "$mpm-events-wait-for-syncer" "$mpm-down"
}

for mpm in prefork worker event; do
	: >"$W/log/error"
	: >"$T/answered"
	begin_apache $mpm
	get /login -u ada:secret | grep -q '"userID":"ada"'
	verdict "$mpm-user-of-login" $? "$(get /login -u ada:secret)"
	test_rules_change
	test_restarts
	test_events
	test_kills
	test_syncer_down
	! grep -E 'segmentation|exit signal (Segm|Abort|Bus)' "$W/log/error"
	verdict "$mpm-no-crash" $? "see above"
	stop_server "$apache_pid"
	verdict "$mpm-ends" $? "status $?"
done

# ------------------------------------------- what a worker may do, and not

# As a plain user all along: the rules may be read and events dropped in.
mpm=event
: >"$T/answered"
if $as_root; then
	as_user="setpriv --reuid=$USER_OF --regid=$(id -g "$USER_OF") --clear-groups"
	rm -f "$W"/log/*
	APACHE_AS=$as_user
	begin_apache event
	APACHE_AS=
	is true
	verdict unprivileged-reads $? "the gate is off"
	for path in "$STATE/rules/current/data.mdb" "$STATE/rules/current/epoch" \
	    "$STATE/rules"; do
		! $as_user test -w "$path"
		verdict "unprivileged-cannot-write-${path##*/}" $? "it can"
	done
	exposes unprivileged 50
	accounted unprivileged-logs unprivileged
	stop_server "$apache_pid"
else
	skip unprivileged "the tests do not run as root: all above was"
fi

# Nobody said where rules are: the same defaults, and the log tells what to do.
rm -f "$W"/log/*
start_apache_with event headers <<END
ForkgateEnv EVERYONE gate everyone
Header set X-Everyone "expr=%{forkgate_gate:everyone}"
<Location /init>
SetHandler forkgate-init
</Location>
END
is false
verdict defaults-without-state-dir $? "the gate is on"
[ "$(status_of /init)" = 503 ]
verdict no-response-without-state-dir $? "$(status_of /init)"
grep -q 'no rules: ForkgateStateDir says where' "$W/log/error"
verdict missing-state-dir-is-told $? "it is not"
stop_server "$apache_pid"

# Started before there is anything: defaults, one line in the log, and then the
# rules, without a restart.
stop_syncer
rm -rf "$STATE" "$W"/log/*
begin_apache event
is false
verdict defaults-without-rules $? "the gate is on"
grep -q 'forkgate:warn.* has no rules for this project' "$W/log/error"
verdict missing-rules-are-told-at-start $? "they are not"
load_begin without "/page.html?uid=1"
load_end without
[ "$failures" = 0 ]
verdict missing-rules-fail-nothing $? "$failures of $requests"
told=$(grep -c 'there are no rules (NoValues)' "$W/log/error")
[ "$told" -ge 1 ] && [ "$told" -le 16 ]
verdict missing-rules-are-told-rarely $? "$told times"
new_generation=$((new_generation + 1))
serve_rules $new_generation
begin_syncer
within 20 is true
verdict rules-appear-later $? "the gate is still off"
# Each worker looks for the queue once a second: the first round may be early.
round=0
late_round() {
	round=$((round + 1))
	exposes "late$round" 50
	within 3 users_arrived 50 "late$round"
}
late_round || late_round || late_round
verdict events-of-a-late-queue $? "after $round rounds some are still lost"
stop_server "$apache_pid"
stop_syncer
