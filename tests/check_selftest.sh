#!/bin/sh
# Every check catches what it is there for: a fault is planted into a copy of
# the project, and the check has to fail and to name it.
set -u
cd "$(dirname "$0")/.." || exit 1
root=$(pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
bad=0
planted=0

complain() {
	echo "check_selftest: $1" >&2
	bad=1
}

# A copy of the sources in $tmp/copy, which is not a git repository.
mkdir "$tmp/copy"
tar -C "$root" --exclude=./build --exclude=./.git -cf - . |
    tar -C "$tmp/copy" -xf -

# Makes the copy as it was: what plant or a sed below changed is put back.
planted_in=
fresh() {
	for back in $planted_in tools/deps.sh README.md Makefile; do
		if [ -f "$root/$back" ]; then
			cp "$root/$back" "$tmp/copy/$back"
		else
			rm -f "$tmp/copy/$back"
		fi
	done
	planted_in=
}

# Runs a check of the copy; prints its status.
try() {
	check=$1
	shift
	sh "$tmp/copy/tests/check_$check.sh" "$@" >"$tmp/out" 2>&1
	echo $?
}

# catches CHECK WORD: it fails now, and says the word.
catches() {
	planted=$((planted + 1))
	st=$(try "$1")
	if [ "$st" = 77 ]; then
		echo "check_$1 cannot look here: $(tail -n 1 "$tmp/out")"
	elif [ "$st" = 0 ]; then
		complain "check_$1 passes with a planted fault ($2)"
	elif ! grep -q -- "$2" "$tmp/out"; then
		complain "check_$1 fails and does not say $2:"
		cat "$tmp/out" >&2
	fi
}

# plant FILE LINE: adds a line at the top of a file that may be new.
plant() {
	mkdir -p "$tmp/copy/$(dirname "$1")"
	touch "$tmp/copy/$1"
	{
		echo "$2"
		cat "$tmp/copy/$1"
	} >"$tmp/planted"
	cp "$tmp/planted" "$tmp/copy/$1"
	planted_in="$planted_in $1"
}

# The library's checks get libraries of the test's own making, see below.
fresh
for check in layers format words deps headers; do
	st=$(try $check)
	[ "$st" = 0 ] || [ "$st" = 77 ] || {
		complain "check_$check fails without a planted fault:"
		cat "$tmp/out" >&2
	}
done

while read -r file header; do
	[ -n "$file" ] || continue
	fresh
	plant "$file" "#include $header"
	catches layers "$(echo "$header" | tr -d '<>"')"
done <<'EOF'
common/crc32c.c "reader/forkgate.h"
reader/sticky/sticky_env.c "reader/user.h"
reader/sticky.c "reader/sticky/sticky_env.h"
common/crc32c.h "syncer/json.h"
common/crc32c.c <curl/curl.h>
reader/planted.c "syncer/json.h"
reader/planted.c "../syncer/json.h"
reader/planted.c <curl/curl.h>
reader/planted.c <jsmn.h>
reader/planted.c <lmdb.h>
reader/planted.c <openssl/ssl.h>
reader/forkgate.h "common/crc32c.h"
syncer/planted.c "reader/forkgate.h"
syncer/planted.c <lmdb.h>
syncer/planted.c <curl/curl.h>
syncer/planted.c <jsmn.h>
syncer/planted.c <ini.h>
syncer/planted.c <nobody/knows.h>
tools/planted.c "tests/unit/test.h"
tools/planted.c <microhttpd.h>
reader/php/planted.c "reader/rules.h"
reader/apache/planted.c "reader/rules.h"
reader/apache/planted.c "common/epoch.h"
tests/unit/test_planted.c <cmocka.h>
EOF

fresh
plant common/crc32c.c 'int   planted( void );'
catches format crc32c.c

# Written in halves for the check that reads this file too.
while IFS='|' read -r left right; do
	[ -n "$left" ] || continue
	fresh
	plant common/crc32c.c "/* $left$right */"
	catches words crc32c.c
done <<'EOF'
TO|DO: later
FIX|ME
XX|X
not imple|mented
/wo|rk/main/x
/ho|me/somebody/x
../sha|red/spec
Iss|ue #12
EOF
fresh
plant README.md 'a line with a blank at its end '
catches words README.md

fresh
plant common/crc32c.h 'size_t planted(void);'
catches headers crc32c.h
fresh
plant reader/forkgate.h 'inline int new(int delete) { return delete; }'
catches headers forkgate.h

fresh
sed -i '/libcmocka-dev/s/libcmocka-dev//' "$tmp/copy/tools/deps.sh"
catches deps cmocka
fresh
sed -i '/libpcre2-dev/d' "$tmp/copy/README.md"
catches deps libpcre2-dev
fresh
plant README.md '| `libnobody-dev` | planted |'
catches deps libnobody-dev

# A library that is right: every declared name, and nothing else of ours.
fresh
copy=$tmp/copy
so=$tmp/libforkgate.so.0
names=$(cat reader/forkgate.h common/forkgate_status.h | tr '\n' ' ' |
    grep -o 'FG_API[^(;]*(' | grep -o 'fg_[a-z0-9_]* *($' | tr -d '( ' | sort -u)

# build_so FLAGS... < more C: makes it, with what is added.
build_so() {
	{
		for name in $names; do
			echo "void $name(void); void $name(void) {}"
		done
		cat
	} >"$tmp/so.c"
	${CC:-cc} -shared -fPIC -w -o "$so" "$tmp/so.c" "$@" ||
	    complain "a planted library does not build"
}

refuses() {
	planted=$((planted + 1))
	st=$(try exports "$so")
	if [ "$st" = 0 ] || ! grep -q -- "$1" "$tmp/out"; then
		complain "check_exports does not see $1 (status $st)"
		cat "$tmp/out" >&2
	fi
}

right="-Wl,-soname,libforkgate.so.0 -Wl,-z,nodelete"
# shellcheck disable=SC2086 # flags
{
	build_so $right </dev/null
	[ "$(try exports "$so")" = 0 ] || {
		complain "check_exports refuses a library that is right:"
		cat "$tmp/out" >&2
	}
	echo 'int fg_planted(void); int fg_planted(void) { return 1; }' |
	    build_so $right
	refuses fg_planted
	echo 'int leaked; ' | build_so $right
	refuses leaked
	build_so -Wl,-soname,libforkgate.so.0 </dev/null
	refuses nodelete
	build_so -Wl,-soname,libforkgate.so.9 -Wl,-z,nodelete </dev/null
	refuses soname
	build_so $right -Wl,--no-as-needed -lcurl </dev/null
	refuses libcurl
	build_so $right -Wl,--no-as-needed -lssl </dev/null
	refuses libssl
	build_so $right -Wl,--no-as-needed -llmdb </dev/null
	refuses liblmdb
	echo 'int puts(const char *); static void f(void) { puts("x"); }
	void (*fg_keep)(void) __attribute__((visibility("hidden"))) = f;' |
	    build_so $right
	refuses puts
	echo 'void abort(void); static void f(void) { abort(); }
	void (*fg_keep)(void) __attribute__((visibility("hidden"))) = f;' |
	    build_so $right
	refuses abort
	names=$(echo "$names" | sed '$d')
	build_so $right </dev/null
	refuses '^-fg_'
}
fresh
# shellcheck disable=SC2086
build_so $right </dev/null
sed -i 's/^VERSION .*/VERSION := 99.0.0/' "$copy/Makefile"
refuses FG_VERSION

echo "$planted faults planted"
exit $bad
