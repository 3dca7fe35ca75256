#!/bin/sh
# run: every test there is, one line a program, and the totals at the end.
#
#   run.sh BUILD [unit] [fuzz] [check] [e2e] [servers]   all when none is named
#   run.sh BUILD php                                     for php_versions.sh
#
# BUILD is the variant's folder, such as build/plain.  From the environment:
#
#   ONLY=word          just the programs whose name holds the word
#   WRAP="valgrind"    a command to put before unit tests and replays
#   TEST_TIMEOUT=300   seconds until a program is taken for hung
#   BUILD_FAILED=1     the build before was not whole; that counts as a failure
#   SAN=...            the sanitizers BUILD was made with
#
# A unit test says how its cases went in TAP, as cmocka writes it.  A script of
# e2e, servers or php, run with BUILD and SAN in its environment, says so in lines:
#
#   ok NAME
#   not ok NAME: why
#   skip NAME: why
#
# A check says it with its exit status, where 77 means that it could not look.
# Whatever a program prints, it has failed when its status is not 0, and when
# it reports no case at all.  Logs stay in BUILD/test-logs; that of a program
# that failed is shown.  The status is 0 when something ran and nothing failed.
set -u
cd "$(dirname "$0")/.." || exit 1

: "${1:?usage: run.sh BUILD [unit] [fuzz] [check] [e2e] [servers]}"
BUILD=$(cd "$1" 2>/dev/null && pwd) || BUILD=$(mkdir -p "$1" && cd "$1" && pwd)
SAN=${SAN-}
export BUILD SAN
shift
[ $# -gt 0 ] || set -- unit fuzz check e2e servers

logs=$BUILD/test-logs
mkdir -p "$logs" || exit 1
passed=0 failed=0 skipped=0
began=$(date +%s)

# A sanitizer's or valgrind's report must not pass for a program's own status.
export ASAN_OPTIONS="${ASAN_OPTIONS-detect_stack_use_after_return=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS-print_stacktrace=1}"
export TSAN_OPTIONS="${TSAN_OPTIONS-halt_on_error=1 report_thread_leaks=0}"

# The thread sanitizer wants the address space where it was on older kernels.
still=
case $SAN in
*thread*) ! setarch -R true 2>/dev/null || still="setarch -R" ;;
esac

# Runs NAME's command under the clock, its output in the log, status in $st.
start() {
	name=$1
	log=$logs/$1.log
	shift
	t0=$(date +%s)
	# shellcheck disable=SC2086 # a command and its argument, or nothing
	timeout -k 10 "${TEST_TIMEOUT:-300}" $still "$@" >"$log" 2>&1 </dev/null
	st=$?
	took=$(($(date +%s) - t0))
}

# What the status says by itself; empty for an ordinary end.
ending() {
	case $st in
	0) ;;
	124 | 137) echo "hung, or killed, after $took s" ;;
	126 | 127) echo "could not be run" ;;
	1[2-9][0-9]) echo "died of signal $((st - 128))" ;;
	*) echo "exit status $st" ;;
	esac
}

# Adds the counts up and prints the program's line: report PASS FAIL SKIP.
report() {
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
	counts="$1 passed"
	[ "$2" = 0 ] || counts="$counts, $2 FAILED"
	[ "$3" = 0 ] || counts="$counts, $3 skipped"
	[ "$took" -lt 2 ] || counts="$counts ($took s)"
	printf '%-28s %s\n' "$name" "$counts"
	if [ "$2" != 0 ]; then
		why=$(ending)
		[ -z "$why" ] || echo "    $why"
		tail -n 200 "$log" | sed 's/^/    | /'
	elif [ "$3" != 0 ]; then
		grep -aE '^(skip |not ok .*# SKIP|.*: skipped)' "$log" |
		    sed 's/^/    /'
	fi
}

count() {
	grep -acE "$1" "$log"
}

# Counts of a program that prints cases: tally OK_PATTERN BAD_PATTERN SKIP.
tally() {
	n_skip=$(count "$3")
	n_ok=$(count "$1")
	n_bad=$(count "$2")
	# A bad end that no case answers for is a case of its own.
	[ "$st" = 0 ] || [ "$n_bad" != 0 ] || n_bad=1
	if [ $((n_ok + n_bad + n_skip)) = 0 ]; then
		echo "(it reported no case at all)" >>"$log"
		n_bad=1
	fi
	report "$n_ok" "$n_bad" "$n_skip"
}

wanted() {
	case $1 in
	*"${ONLY-}"*) return 0 ;;
	*) return 1 ;;
	esac
}

run_unit() {
	for src in tests/unit/test_*.c; do
		t=$(basename "$src" .c)
		[ -f "$src" ] && wanted "$t" || continue
		# shellcheck disable=SC2086 # WRAP is a command and its arguments
		CMOCKA_MESSAGE_OUTPUT=TAP start "$t" ${WRAP-} "$BUILD/$t"
		# A case that was started and never ended leaves no line.
		plan=$(LC_ALL=C sed -n 's/^1\.\.\([0-9][0-9]*\)$/\1/p' "$log" | head -n 1)
		seen=$(count '^(not )?ok [0-9]')
		if [ "${plan:-0}" -gt "$seen" ]; then
			echo "not ok $((seen + 1)) - planned $plan, saw $seen" \
			    >>"$log"
		fi
		tally '^ok [0-9]' '^not ok [0-9]+ ([^#]|$)' '^not ok [0-9]+ # SKIP'
	done
}

run_fuzz() {
	for src in tests/fuzz/fuzz_*.c; do
		f=$(basename "$src" .c)
		f=${f#fuzz_}
		[ -f "$src" ] && wanted "replay_$f" || continue
		# shellcheck disable=SC2086
		start "replay_$f" ${WRAP-} "$BUILD/replay_$f" tests/fuzz/corpus/"$f"
		tally '^ok ' '^not ok ' '^skip '
	done
}

run_check() {
	for script in tests/check_*.sh; do
		c=$(basename "$script" .sh)
		[ -f "$script" ] && wanted "$c" || continue
		start "$c" sh "$script"
		case $st in
		0) report 1 0 0 ;;
		77) report 0 0 1 ;;
		*) report 0 1 0 ;;
		esac
	done
}

# Any .sh of the folder is a script but lib*.sh, which the others include.
run_scripts() {
	for script in tests/"$1"/*.sh; do
		e=$(basename "$script" .sh)
		case $e in
		lib*) continue ;;
		esac
		[ -f "$script" ] && wanted "$1_$e" || continue
		case $(head -n 1 "$script") in
		*bash*) shell=bash ;;
		*) shell=sh ;;
		esac
		start "$1_$e" $shell "$script"
		tally '^ok ' '^not ok ' '^skip '
	done
}

if [ -n "${BUILD_FAILED-}" ]; then
	echo "the build                    FAILED (see above)"
	failed=1
fi
for kind; do
	case $kind in
	unit | fuzz | check) run_"$kind" ;;
	e2e | servers | php) run_scripts "$kind" ;;
	*)
		echo "run.sh: unknown kind $kind" >&2
		exit 2
		;;
	esac
done

line="$passed passed, $failed failed"
[ $skipped = 0 ] || line="$line, $skipped skipped"
echo "all in $(($(date +%s) - began)) s"
echo "$line"
[ $failed = 0 ] && [ $passed -gt 0 ]
