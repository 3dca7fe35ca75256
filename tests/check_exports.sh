#!/bin/sh
# What programs see of a shared library: it exports just what its public
# headers declare, needs only what it may, and cannot be unloaded.
#
#   check_exports.sh [LIBRARY]            both when none is named
set -u
cd "$(dirname "$0")/.." || exit 1
if [ $# = 0 ]; then
	build=${BUILD:-build/plain} failed=0
	for so in "$build/libforkgate.so.0" "$build/libforkgate-sticky.so.0"; do
		sh tests/check_exports.sh "$so" || failed=1
	done
	exit $failed
fi
so=$1
# The store of sticky values alone needs LMDB, and libcrypto for its sums.
case ${so##*/} in
*-sticky*)
	headers=reader/sticky/forkgate_sticky.h
	may='liblmdb.so.*|libcrypto.so.*'
	;;
*)
	headers='reader/forkgate.h common/forkgate_status.h'
	may='libm.so.*|libcrypto.so.*|libpcre2-8.so.*|libunistring.so.*'
	;;
esac
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
bad=0

complain() {
	echo "check_exports: $1" >&2
	bad=1
}

if [ ! -f "$so" ]; then
	complain "$so is not built"
	exit 1
fi

# Declarations begin with FG_API and may go on over lines; comments may not
# pass for one.
# shellcheck disable=SC2086 # several names
cat $headers |
    awk '{ while ((i = index($0, "/*")) && (j = index(substr($0, i + 2), "*/")))
	$0 = substr($0, 1, i - 1) substr($0, i + j + 3) }
	inside { if (j = index($0, "*/")) { $0 = substr($0, j + 2); inside = 0 }
		else next }
	i = index($0, "/*") { print substr($0, 1, i - 1); inside = 1; next }
	{ print }' |
    grep -v '^#' | tr '\n' ' ' | grep -o 'FG_API[^(;]*(' |
    sed 's/ *($//; s/.*[ *]//' | sort >"$tmp/declared"
[ -s "$tmp/declared" ] || complain "found no FG_API declaration"

nm -D --defined-only "$so" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
    sort >"$tmp/exported"
diff -u "$tmp/declared" "$tmp/exported" >"$tmp/diff" ||
    complain "declared (-) and exported (+) are not the same:
$(cat "$tmp/diff")"

dynamic=$(readelf -dW "$so")

# A worker loads no more than this, above all no network and no TLS library.
for lib in $(echo "$dynamic" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
	echo "$lib" | grep -qxE "libc.so.*|libpthread.so.*|ld-linux.*|$may" ||
	    complain "$so needs $lib"
done

echo "$dynamic" | grep -q "(SONAME).*\[$(basename "$so")\]" ||
    complain "its soname is not $(basename "$so")"
# Apache unloads modules, and a thread may still be inside.
echo "$dynamic" | grep -q 'FLAGS_1.*NODELETE' ||
    complain "$so is not linked with -z nodelete"
! echo "$dynamic" | grep -q 'TEXTREL' || complain "$so has text relocations"

# A guest prints nothing, ends nothing and opens no socket.
called=$(nm -D --undefined-only "$so" | awk '{ sub(/@.*/, "", $2); print $2 }' |
    grep -xE '(__)?v?f?printf(_chk)?|puts|fputs|putchar|perror|stdout|stderr|exit|_exit|quick_exit|abort|__assert_fail|err|errx|warn|warnx|v?syslog|socket|connect|getaddrinfo|signal|sigaction|system|popen' |
    grep -vE '^(__)?v?snprintf')
[ -z "$called" ] || complain "$so calls what a guest must not: $called"

# One number in three places.
version=$(sed -n 's/^VERSION *:= *//p' Makefile)
grep -q "^#define FG_VERSION \"$version\"$" reader/forkgate.h ||
    complain "FG_VERSION is not the Makefile's $version"

exit $bad
