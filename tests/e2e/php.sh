#!/bin/sh
# Goal: the PHP extension does what its stub and the README promise.  Its own
# tests (reader/php/tests) run with PHP's runner against rules that a syncer
# published; the random calls among them run under valgrind too where that is
# there, and all of it under the address sanitizer in such a build.
. "$(dirname "$0")/lib.sh"

# $PHP_CONFIG tells which PHP it is.
SO=$BUILD/php/forkgate.so
PHP_CONFIG=${PHP_CONFIG:-php-config}
PHP=$("$PHP_CONFIG" --php-binary 2>/dev/null)
[ -x "$PHP" ] || {
	skip php "$PHP_CONFIG or its PHP is not installed"
	exit 0
}
# Debian has one folder a version, others have one.
EXTENSIONS=$("$PHP_CONFIG" --extension-dir)
for RUNNER in "$("$PHP_CONFIG" --prefix)/lib/php/$(basename "$EXTENSIONS")" \
    "$("$PHP_CONFIG" --prefix)/lib/php"; do
	RUNNER=$RUNNER/build/run-tests.php
	[ ! -r "$RUNNER" ] || break
done
case $SAN in
*thread*)
	skip php "PHP is not built for the thread sanitizer"
	exit 0
	;;
esac
[ -r "$RUNNER" ] || {
	skip php "PHP's run-tests.php is not installed"
	exit 0
}
[ -r "$SO" ] || give_up php "$SO is not built"

# The rules of the command line's tests, and a config with values of all kinds.
"$PHP" -n -r '
	$r = json_decode(file_get_contents("tests/e2e/data/rules.json"), true);
	$shapes = "{\"text\":\"ü\",\"escaped\":\"a\\\"\\ud83d\\ude00\\u0000b\",
	    \"int\":-7,\"max\":9223372036854775807,\"big\":18446744073709551615,
	    \"one\":1.0,\"false\":false,\"none\":null,\"list\":[1,2.5,\"three\"],
	    \"deep\":[[[{\"x\":null}]]],\"empty\":[],\"nothing\":{}}";
	$r["dynamic_configs"]["shapes"] = ["type" => "dynamic_config",
	    "salt" => "s8", "fieldsUsed" => ["size", "country"],
	    "enabled" => true, "defaultValue" => (object)[],
	    "idType" => "userID", "entity" => "dynamic_config", "rules" => [[
	    "name" => "a", "id" => "rule_all", "salt" => "r8",
	    "passPercentage" => 100, "conditions" => ["public"],
	    "returnValue" => "@shapes@", "idType" => "userID"]]];
	echo str_replace("\"@shapes@\"", $shapes, json_encode($r,
	    JSON_PRESERVE_ZERO_FRACTION));
' >"$RULES" || give_up rules "could not be made"
start_origin
make_conf
cat >"$T/publish" <<END
#!/bin/sh
env -u LD_PRELOAD "$BUILD/forkgate-syncer" --config "$CONF" --once 2>>"$T/syncer.log"
END
chmod +x "$T/publish"
"$T/publish" || give_up rules "could not be published"

# phpize knows its sources by name.
grep -o 'php_[a-z_]*\.c' reader/php/config.m4 | sort >"$T/listed"
(cd reader/php && ls php_*.c) | sort | cmp -s - "$T/listed"
verdict php-config-m4 $? "config.m4 does not name the sources that there are"

cp -r reader/php/tests "$T/tests"
"$BUILD/forkgate" compile "$RULES" -o "$T/rules.fgs" >/dev/null ||
    give_up snapshot "could not be made"
cat >"$T/forkgate" <<END
#!/bin/sh
exec env -u LD_PRELOAD "$BUILD/forkgate" "\$@"
END
chmod +x "$T/forkgate"

export FORKGATE_STATE_DIR="$STATE" FORKGATE_BIN="$T/forkgate" \
    FORKGATE_TEST_SO="$SO" FORKGATE_TEST_RULES="$RULES" \
    FORKGATE_TEST_PUBLISH="$T/publish" FORKGATE_TEST_SNAPSHOT="$T/rules.fgs" \
    FORKGATE_TEST_STUB="$PWD/reader/php/forkgate.stub.php" \
    NO_INTERACTION=1 TEST_PHP_EXECUTABLE="$PHP"

# PHP itself knows nothing of sanitizers: their library comes first.  What it
# keeps until its end is not ours to count, so leaks are valgrind's matter.
preload=
case $SAN in
*address*)
	preload=$BUILD/nodeepbind.so:$(${CC:-cc} -print-file-name=libasan.so)
	export USE_ZEND_ALLOC=0 FORKGATE_FUZZ_CALLS=4000
	ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
	export ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0"
	;;
esac

# php_tests NAME OPTION...: the runner's lines as ours.
php_tests() {
	suite=$1
	shift
	env ${preload:+LD_PRELOAD="$preload"} "$PHP" -n "$RUNNER" -n -q -p "$PHP" \
	    --no-color -g PASS,SKIP,FAIL,BORK,WARN,LEAK --show-diff -d "extension=$SO" "$@" \
	    2>&1 | tr '\r' '\n' >"$T/$suite.out"
	sed -n "s|^PASS .*tests/\([a-z_]*\)\.phpt\].*|ok $suite-\1|p
	    s|^SKIP .*tests/\([a-z_]*\)\.phpt\]\(.*\)|skip $suite-\1:\2|p
	    s,^\(FAIL\|BORK\|WARN\|LEAK\) .*tests/\([a-z_]*\)\.phpt\].*,not ok $suite-\2: \1,p" \
	    "$T/$suite.out"
	if ! grep -qE '^(PASS|SKIP) ' "$T/$suite.out" ||
	    grep -qE '^(FAIL|BORK|WARN|LEAK) ' "$T/$suite.out"; then
		sed 's/^/# /' "$T/$suite.out"
	fi
	grep -q '^PASS ' "$T/$suite.out" ||
	    not_ok "$suite" "the runner ran nothing"
}

php_tests php "$T/tests"

# In phpize's "make test" there are no rules: who does not skip that passes.
(
	unset FORKGATE_TEST_RULES FORKGATE_TEST_PUBLISH FORKGATE_STATE_DIR
	# shellcheck disable=SC2046 # names without blanks
	php_tests alone $(grep -L 'skip\.inc' "$T"/tests/*.phpt)
)

# With the optimizer, arrays in programs are no longer counted.
if [ -r "$EXTENSIONS/opcache.so" ] && [ -z "$SAN" ]; then
	php_tests opcache -d zend_extension=opcache -d opcache.enable_cli=1 \
	    -d opcache.jit_buffer_size=16M "$T/tests/users.phpt" \
	    "$T/tests/gates.phpt" "$T/tests/fuzz.phpt"
fi

# No byte is lost or read that is not ours.
if [ -z "$SAN" ] && command -v valgrind >/dev/null 2>&1; then
	env -u NO_INTERACTION USE_ZEND_ALLOC=0 valgrind -q --error-exitcode=9 \
	    --leak-check=full --errors-for-leak-kinds=definite \
	    "$PHP" -n -d "extension=$SO" -d forkgate.allow_overrides=1 \
	    -d pcre.jit=0 -d opcache.enable=0 -r '
		require $argv[1];
		fuzz(7, 600);
	' "$T/tests/fuzz.inc" >"$T/valgrind.out" 2>&1
	verdict php-valgrind $? "$(tail -n 30 "$T/valgrind.out")"
fi
