#!/bin/sh
# Goal: the program in README is the one that is compiled and run here, against
# the shared library, and its events arrive.
. "$(dirname "$0")/lib.sh"

EXAMPLE=tests/e2e/data/example.c

# The block of C in README that includes the header.
awk '/^```c$/ { n = 0; inside = 1; next }
	/^```$/ { if (inside && block ~ /#include <forkgate.h>/) printf "%s", block
		inside = 0; block = ""; next }
	inside { block = block $0 "\n" }' README.md >"$T/readme.c"
[ -s "$T/readme.c" ] && cmp -s "$T/readme.c" $EXAMPLE
verdict readme-is-the-example $? "README and $EXAMPLE differ"

${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Werror -Ireader -Icommon \
    ${SAN:+-fsanitize=$SAN} -o "$T/example" $EXAMPLE \
    "$BUILD/libforkgate.so.0" -Wl,-rpath,"$BUILD" >"$T/cc.log" 2>&1 ||
    give_up compiles "$(head -n 1 "$T/cc.log")"
ok compiles

FORKGATE_STATE_DIR="$T/nowhere" "$T/example" >"$T/out" 2>"$T/err"
[ $? = 1 ] && grep -q '^no rules: ' "$T/err"
verdict says-when-there-are-no-rules $? "$(cat "$T/err")"

cp tools/demo/rules.json "$RULES"
start_origin
make_conf
start_syncer
within 10 test -d "$STATE/queue" || give_up syncer "does not start"
FORKGATE_STATE_DIR=$STATE "$T/example" >"$T/out" 2>"$T/err"
verdict runs $? "$(cat "$T/err")"
cat >"$T/want" <<'END'
ada: 20 results at most
ada: small photos, as group_photos_control says
bao: 20 results at most
bao: large photos, as group_photos_test says
END
cmp -s "$T/want" "$T/out"
verdict answers $? "$(tr '\n' '|' <"$T/out")"
# It waited for them: gate, config, parameter and event of two users.
[ "$(grep -c '"userID":"\(ada\|bao\)"' "$EVENTS")" = 8 ]
verdict events-arrived $? "$(wc -l <"$EVENTS") events"
