#!/bin/sh
# Goal: a thread-safe PHP may run requests in many threads at once.  They check,
# open clients, begin and end, while the rules change; every answer is right, no
# event is lost, and the thread sanitizer, if PHP was built with it, has nothing
# to say about the extension.
#
#   PHP_CONFIG=... BUILD=... sh tests/php/threads.sh
. "$(dirname "$0")/../e2e/lib.sh"

PHP_CONFIG=${PHP_CONFIG:-php-config}
THREADS=8 REQUESTS=300
[ -z "$SAN" ] || REQUESTS=50
prefix=$("$PHP_CONFIG" --prefix)
[ -f "$prefix/lib/libphp.so" ] ||
    give_up threads "$PHP_CONFIG has no libphp.so: configure with --enable-embed"
# shellcheck disable=SC2046 # options
${CC:-cc} -O1 -g ${SAN:+-fsanitize="$SAN"} $("$PHP_CONFIG" --includes) \
    -o "$T/threads" tests/php/threads.c -L"$prefix/lib" \
    -Wl,-rpath,"$prefix/lib" -lphp -lpthread >"$T/cc.log" 2>&1 ||
    give_up threads "the program is not built"

make_rules 1
start_origin
make_conf
start_syncer
within 10 ready_or_dead
"$BUILD/forkgate" compile "$RULES" -o "$T/rules.fgs" >/dev/null ||
    give_up snapshot "could not be made"
cat >"$T/php.ini" <<END
extension = $BUILD/php/forkgate.so
forkgate.state_dir = $STATE
display_errors = stderr
END
export ACK="$T/acknowledged" SNAPSHOT="$T/rules.fgs"
export TSAN_OPTIONS="exitcode=0 log_path=$T/race report_signal_unsafe=0"

env ${SAN:+LD_PRELOAD="$BUILD/nodeepbind.so"} \
    "$T/threads" "$T/php.ini" tests/php/threads.php $THREADS "$REQUESTS" \
    >"$T/out" 2>"$T/threads.log" &
threads_pid=$!
started="$started $threads_pid"
ruleset=1
while kill -0 $threads_pid 2>/dev/null; do
	ruleset=$((ruleset + 1))
	make_rules $ruleset
	within 5 generation_is $ruleset
done
wait $threads_pid && [ ! -s "$T/threads.log" ] &&
    grep -q "^0 threads of $THREADS failed" "$T/out" ||
    give_up "requests in $THREADS threads" "$(tail -n 20 "$T/out")"
ok "requests in $THREADS threads"
[ $ruleset -gt 2 ]
verdict "while rules change" $? "$ruleset rulesets"
wanted=$((THREADS * REQUESTS))
within 60 all_arrived $wanted thread
events_of thread >"$EVENTS.seen"
[ "$(wc -l <"$ACK")" = $wanted ]
verdict "all of them" $? "$(wc -l <"$ACK") of $wanted"
compare_events "events of threads" "$ACK"
cat "$T"/race.* >"$T/races" 2>/dev/null
! grep -q 'forkgate\.so\|reader/' "$T/races"
verdict "no race" $? "$(grep -m 40 -A 40 'WARNING' "$T/races")"
