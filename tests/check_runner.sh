#!/bin/sh
# tests/run.sh counts what it should: made-up programs that pass, fail, crash,
# hang, stop half-way and say nothing, each with the totals it must lead to.
set -u
cd "$(dirname "$0")/.." || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
bad=0
export TEST_TIMEOUT=1
unset ONLY WRAP BUILD_FAILED

fresh() {
	rm -rf "$tmp/p"
	mkdir -p "$tmp/p/tests/unit" "$tmp/p/tests/fuzz" "$tmp/p/tests/e2e" \
	    "$tmp/p/tests/servers" "$tmp/p/build"
	cp tests/run.sh "$tmp/p/tests/run.sh"
}

# A unit test is a source and a program; here the program is a script.
unit() {
	touch "$tmp/p/tests/unit/test_$1.c"
	[ $# = 1 ] || {
		echo '#!/bin/sh'
		echo "$2"
	} >"$tmp/p/build/test_$1"
	[ $# = 1 ] || chmod +x "$tmp/p/build/test_$1"
}

# expect STATUS "TOTALS": what run.sh says of it.
expect() {
	sh "$tmp/p/tests/run.sh" "$tmp/p/build" >"$tmp/out" 2>&1
	st=$?
	[ $st = 0 ] || st=1
	if [ $st != "$1" ] || [ "$(tail -n 1 "$tmp/out")" != "$2" ] ||
	    [ "$(grep -cE '^[0-9]+ passed, [0-9]+ failed' "$tmp/out")" != 1 ]; then
		echo "check_runner: wanted status $1, $2:" >&2
		sed 's/^/  /' "$tmp/out" >&2
		bad=1
	fi
}

fresh
expect 1 "0 passed, 0 failed"

fresh
unit good 'echo 1..2; echo ok 1 - a; echo ok 2 - b'
expect 0 "2 passed, 0 failed"
unit skip 'echo 1..2; echo ok 1 - a; echo "not ok 2 # SKIP b"'
expect 0 "3 passed, 0 failed, 1 skipped"
unit bad 'echo 1..2; echo ok 1 - a; echo not ok 2 - b; exit 1'
expect 1 "4 passed, 1 failed, 1 skipped"
BUILD_FAILED=1 expect 1 "4 passed, 2 failed, 1 skipped"

fresh
unit crash 'echo 1..2; echo ok 1 - a; kill -SEGV $$'
expect 1 "1 passed, 1 failed"
fresh
unit late_crash 'echo 1..1; echo ok 1 - a; kill -ABRT $$'
expect 1 "1 passed, 1 failed"
fresh
unit short 'echo 1..3; echo ok 1 - a'
expect 1 "1 passed, 1 failed"
fresh
unit setup 'echo 1..2; echo "not ok 0 - x [  FAILED  ] GROUP SETUP"; exit 1'
expect 1 "0 passed, 2 failed"
fresh
unit late_report 'echo 1..1; echo ok 1 - a; exit 99'
expect 1 "1 passed, 1 failed"
fresh
unit silent 'exit 0'
expect 1 "0 passed, 1 failed"
fresh
unit hang 'echo 1..1; sleep 60'
expect 1 "0 passed, 1 failed"
fresh
unit not_built
expect 1 "0 passed, 1 failed"

fresh
echo 'echo ok a; echo "skip b: no c"; echo ok d' >"$tmp/p/tests/e2e/x.sh"
echo 'echo ok never' >"$tmp/p/tests/e2e/lib.sh"
echo 'exit 77' >"$tmp/p/tests/check_x.sh"
expect 0 "2 passed, 0 failed, 2 skipped"
echo 'echo ok a; echo "not ok b: why"' >"$tmp/p/tests/e2e/y.sh"
expect 1 "3 passed, 1 failed, 2 skipped"
echo 'exit 1' >"$tmp/p/tests/check_y.sh"
expect 1 "3 passed, 2 failed, 2 skipped"
echo 'echo ok a' >"$tmp/p/tests/servers/x.sh"
expect 1 "4 passed, 2 failed, 2 skipped"

fresh
touch "$tmp/p/tests/fuzz/fuzz_x.c"
printf '#!/bin/sh\necho ok one\nkill -SEGV $$\n' >"$tmp/p/build/replay_x"
chmod +x "$tmp/p/build/replay_x"
expect 1 "1 passed, 1 failed"

exit $bad
