#!/bin/sh
# Who may include whom, and which one source a foreign header belongs to.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0

complain() {
	echo "check_layers: $1" >&2
	bad=1
}

# Lists all includes below the folders: FILE, and <header or "header.
includes() {
	for dir; do
		[ ! -d "$dir" ] || echo "$dir"
	done | xargs -r grep -rHoE --include='*.[ch]' \
	    '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"][^>"]+' |
	    sed 's/:[^<"]*\([<"]\)/ \1/'
}

# Folders: what nothing in them may include.
while read -r dir what; do
	[ -n "$dir" ] || continue
	# reader/sticky is a library of its own: see below.
	found=$(includes "$dir" | grep -v '^reader/sticky/' |
	    grep -E "^[^ ]+ [<\"]($what)")
	[ -z "$found" ] || complain "$dir must not include these:
$found"
done <<'EOF'
common (\.\./)*(reader|syncer|tools|tests)/
reader (\.\./)*(syncer|tools|tests)/
syncer (\.\./)*(reader|tools|tests)/
tools (\.\./)*tests/
reader/php .*(common|syncer|tools|tests)/
reader/apache .*(common|syncer|tools|tests)/
common curl/|jsmn|lmdb|openssl/ssl|pcre2|microhttpd|ini\.h|zlib
reader curl/|jsmn|lmdb|openssl/|microhttpd|ini\.h|zlib
EOF

# php and apache know the library by its public header alone.
found=$(includes reader/php reader/apache | grep -E '[<"]reader/' | grep -v '"reader/forkgate.h$')
[ -z "$found" ] || complain "only forkgate.h of reader:
$found"

# The store of sticky values knows common, LMDB, and of the library no more
# than a program does; and the library does not know it.
found=$(includes reader/sticky |
    grep -E ' [<"](\.\./)*(syncer|tools|tests|reader)/|[<"](curl|jsmn|openssl)' |
    grep -vE '"reader/sticky/[a-z_]+\.h$')
found=$found$(includes reader | grep -v '^reader/sticky/' |
    grep -E '[<"](reader/sticky/|forkgate_sticky)')
[ -z "$found" ] || complain "reader/sticky stands beside the library:
$found"

# The public headers stand alone: a program has nothing else of ours.
found=$(grep -nE '#include "' reader/forkgate.h common/forkgate_status.h \
    reader/sticky/forkgate_sticky.h |
    grep -vE '"forkgate_status.h"|sticky.h:[0-9]+:#include "forkgate.h"')
[ -z "$found" ] || complain "a public header includes a private one:
$found"

# Headers of other projects: each has one home, or one in each product.
home_of() {
	case $1 in
	lmdb.h) echo 'syncer/store[a-z_]*\.c|reader/sticky/sticky_[a-z]+\.[ch]' ;;
	curl/*) echo 'syncer/http\.c' ;;
	jsmn.h) echo 'syncer/json\.c' ;;
	ini.h) echo 'syncer/config\.c' ;;
	pcre2.h) echo 'reader/regex\.c' ;;
	uni*.h) echo 'common/lower\.c' ;;
	openssl/*) echo 'common/sha256\.c' ;;
	microhttpd.h) echo 'tools/origin[a-z_]*\.[ch]' ;;
	forkgate.h) echo 'tests/e2e/data/example\.c' ;; # as a user's program
	zlib.h) echo 'syncer/parcel\.c|tests/unit/test_ship\.c|tools/origin[a-z_]*\.c' ;;
	cmocka.h) echo 'tests/unit/test\.h' ;;
	maxminddb.h) echo 'syncer/country\.c' ;;
	sapi/*) echo 'tests/php/threads\.c' ;;
	*) return 1 ;;
	esac
}

# What C, POSIX and Linux bring along.
ours='assert|cpuid|ctype|dirent|dlfcn|elf|endian|errno|fcntl|fenv|float|fnmatch|ftw|
getopt|glob|grp|ifaddrs|immintrin|inttypes|libgen|limits|link|locale|malloc|math|
memory|netdb|nmmintrin|poll|pthread|pwd|regex|sched|setjmp|signal|spawn|stdalign|
stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string|strings|syscall|syslog|
termios|threads|time|ucontext|unistd|wchar|wctype|x86intrin|
(arpa|linux|net|netinet|sys|asm)/[a-z_0-9/]+|sanitizer/[a-z_]+'
ours=$(echo "$ours" | tr -d '\n')

includes common reader syncer tools tests |
    grep -vE " <($ours)\\.h$" | sed -n 's/ </ /p' | sort -u >"${TMPDIR:-/tmp}/layers.$$"
while read -r file header; do
	if ! home=$(home_of "$header"); then
		complain "$file: <$header> has no home yet: give it one here"
	elif ! echo "$file" | grep -qE "^($home)$"; then
		# Tests may look at what a library does from outside.
		case $file in
		tests/bench/* | tests/e2e/* | tests/fuzz/*) continue ;;
		esac
		complain "$file: <$header> belongs to $home"
	fi
done <"${TMPDIR:-/tmp}/layers.$$"
rm -f "${TMPDIR:-/tmp}/layers.$$"

exit $bad
