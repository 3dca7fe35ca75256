#!/bin/sh
# Goal: what make install leaves behind is enough for somebody else's program,
# in C and in C++, to be compiled, linked and run, found by pkg-config alone;
# and make uninstall takes all of it away.
set -u
cd "$(dirname "$0")/../.." || exit 1

if [ -n "${SAN-}" ]; then
	echo "skip install: the plain variant is what is installed"
	exit 0
fi

# What the make that runs the tests was told is not for the one below.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

verdict() {
	if [ "$2" = 0 ]; then
		echo "ok $1"
	else
		echo "not ok $1: $3"
		sed 's/^/# /' "$tmp/log"
	fi
}

# Works on a staged copy as on the root: --sysroot for pkg-config's answers.
prefix=/opt/forkgate
export PKG_CONFIG_PATH="$tmp/root$prefix/lib/pkgconfig"
export PKG_CONFIG_SYSROOT_DIR="$tmp/root"
export LD_LIBRARY_PATH="$tmp/root$prefix/lib"

make install B="$BUILD" DESTDIR="$tmp/root" PREFIX=$prefix >"$tmp/log" 2>&1
verdict install $? "make install fails"

(cd "$tmp/root$prefix" && find . ! -type d | sort) >"$tmp/files"
cat >"$tmp/wanted" <<'EOF'
./bin/forkgate
./include/forkgate.h
./include/forkgate_status.h
./include/forkgate_sticky.h
./lib/libforkgate-sticky.so
./lib/libforkgate-sticky.so.0
./lib/libforkgate-sticky.so.VERSION
./lib/libforkgate.so
./lib/libforkgate.so.0
./lib/libforkgate.so.VERSION
./lib/pkgconfig/forkgate-sticky.pc
./lib/pkgconfig/forkgate.pc
./sbin/forkgate-syncer
EOF
version=$(sed -n 's/^VERSION *:= *//p' Makefile)
sed "s/VERSION/$version/" "$tmp/wanted" | while read -r file; do
	grep -qxF -- "$file" "$tmp/files" || echo "$file is missing"
done >"$tmp/log"
grep origin "$tmp/files" >>"$tmp/log"
[ ! -s "$tmp/log" ]
verdict installed-files $? "not the files that it should be"

cat >"$tmp/app.c" <<'EOF'
#include <forkgate.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
	struct fg_options options = FG_OPTIONS_INIT;
	struct fg *fg = NULL;
	enum fg_status st;

	if (strcmp(fg_version(), FG_VERSION) != 0)
		return 1;
	options.snapshot = "/nowhere/at/all.fgs";
	st = fg_open(&options, &fg);
	if (st != FG_E_IO) {
		printf("fg_open: %s\n", fg_strerror(st));
		return 1;
	}
	fg_close(NULL);
	return 0;
}
EOF

# Whoever includes the headers may be stricter than we are.
strict="-Wall -Wextra -Wpedantic -Werror"
# shellcheck disable=SC2046,SC2086 # flags
${CC:-cc} -std=c11 $strict -o "$tmp/app" "$tmp/app.c" \
    $(pkg-config --cflags --libs forkgate) >"$tmp/log" 2>&1 &&
    "$tmp/app" >>"$tmp/log" 2>&1
verdict c-program $? "does not compile, link or run"

# The store of sticky values, without a word of LMDB.
cat >"$tmp/sticky.c" <<'EOF'
#include <forkgate_sticky.h>

int main(int argc, char **argv)
{
	struct fg_sticky_store_options options = FG_STICKY_STORE_OPTIONS_INIT;
	struct fg_sticky_storage storage;
	struct fg_sticky_store *store;

	options.dir = argv[argc - 1];
	if (fg_sticky_store_open(&options, &store) != FG_OK)
		return 1;
	fg_sticky_store_use(store, &storage);
	if (storage.save(storage.arg, "a:userID", "exp", "x", 1) != FG_OK)
		return 1;
	fg_sticky_store_close(store);
	return 0;
}
EOF
# shellcheck disable=SC2046,SC2086
${CC:-cc} -std=c11 $strict -o "$tmp/sticky" "$tmp/sticky.c" \
    $(pkg-config --cflags --libs forkgate-sticky) >"$tmp/log" 2>&1 &&
    "$tmp/sticky" "$tmp/values" >>"$tmp/log" 2>&1
verdict sticky-program $? "does not compile, link or run"

if command -v g++ >/dev/null 2>&1; then
	# shellcheck disable=SC2046,SC2086
	g++ -std=c++11 -x c++ $strict -o "$tmp/app++" "$tmp/app.c" \
	    $(pkg-config --cflags --libs forkgate) >"$tmp/log" 2>&1 &&
	    "$tmp/app++" >>"$tmp/log" 2>&1
	verdict c++-program $? "does not compile, link or run"
else
	echo "skip c++-program: no g++"
fi

[ "$(pkg-config --modversion forkgate)" = "$version" ]
verdict pkg-config-version $? "not $version"

"$tmp/root$prefix/bin/forkgate" --help >"$tmp/log" 2>&1
verdict command-line $? "the installed forkgate does not run"

make uninstall DESTDIR="$tmp/root" PREFIX=$prefix >"$tmp/log" 2>&1
[ -z "$(find "$tmp/root" ! -type d | tee -a "$tmp/log")" ]
verdict uninstall $? "leaves files behind"
