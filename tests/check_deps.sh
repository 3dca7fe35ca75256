#!/bin/sh
# tools/deps.sh names the package of every foreign header and every library
# that the build asks pkg-config for, and the README explains each of them.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0

complain() {
	echo "check_deps: $1" >&2
	bad=1
}

listed=$(sh tools/deps.sh list)
is_listed() {
	echo "$listed" | grep -qx "$1"
}

for package in $(echo "$listed" | grep -E -- '-dev$'); do
	case $package in
	libc6-dev) continue ;;
	esac
	grep -qE "^\| *\`$package\` *\|" README.md ||
	    complain "README.md has no row for $package"
done
for package in $(sed -n 's/^| *`\([^`]*-dev\)` *|.*/\1/p' README.md); do
	is_listed "$package" || complain "README.md names $package, deps.sh does not"
done

if ! command -v dpkg-query >/dev/null 2>&1; then
	[ $bad = 0 ] || exit 1
	echo "check_deps: skipped, no dpkg to ask who owns a header"
	exit 77
fi

headers=$(grep -rhoE --include='*.[ch]' '^#[[:space:]]*include <[^>]+' \
    common reader syncer tools tests | sed 's/.*<//' | sort -u)

# Preprocessing tells where the compiler finds each of them.
files=$(for header in $headers; do
	printf '#if __has_include(<%s>)\n#include <%s>\n#endif\n' \
	    "$header" "$header"
done | ${CC:-cc} -D_GNU_SOURCE -E -x c - 2>/dev/null |
    sed -n 's/^# [0-9]* "\(\/[^"]*\)" 1.*/\1/p' | sort -u |
    while read -r path; do
	for header in $headers; do
		case $path in
		*/"$header") readlink -f "$path" ;;
		esac
	done
done)
for lib in $(sed -n 's/.*call libs,\([^)]*\)).*/\1/p' Makefile); do
	dir=$(pkg-config --variable=pcfiledir "$lib") ||
	    complain "pkg-config does not know $lib"
	files="$files
$(readlink -f "$dir/$lib.pc")"
done

# PACKAGE:ARCH, PACKAGE:ARCH: PATH
# shellcheck disable=SC2086 # a list of paths
dpkg-query -S $files 2>/dev/null | while read -r line; do
	fine=
	for owner in $(echo "${line%%: *}" | sed 's/:[^,]*//g; s/,/ /g'); do
		case $owner in
		gcc-* | libgcc-* | clang-* | libclang-* | linux-libc-dev)
			fine=1
			;;
		*) ! is_listed "$owner" || fine=1 ;;
		esac
	done
	[ -n "$fine" ] || echo "${line##*: } is of a package that is not listed: ${line%%: *}"
done >"${TMPDIR:-/tmp}/deps.$$"
while read -r line; do
	complain "$line"
done <"${TMPDIR:-/tmp}/deps.$$"
rm -f "${TMPDIR:-/tmp}/deps.$$"

exit $bad
