#!/bin/sh
# php_versions: the PHP extension with other PHPs than this machine's own.  Each
# has the extension's tests, and is built for once as its users do it, by phpize.
#
#   php_versions.sh [WHICH...]
#
#   nts-debug     this machine's PHP with its own checks for leaks
#   zts-debug     the same for threads, with requests in many of them
#   zts-apache    that one inside Apache's threads
#   zts-thread    requests in many threads under the thread sanitizer
#   trixie ...    the PHP of that suite, as debootstrap knows it; as root
#
# Without WHICH it is all of these.  The first four are built from the package's
# source: $PHP_SOURCE, a tarball, or what apt has.  Everything stays below
# build/php and is used again; nothing is installed on this machine but what
# "make deps" installs.
set -eu
cd "$(dirname "$0")/.."

ROOTS=$PWD/build/php
[ $# -gt 0 ] || set -- nts-debug zts-debug zts-apache zts-thread trixie

# The extension's tests, and a user's way.
try_php() { # B PHP_CONFIG
	make B="$1" PHP_CONFIG="$2" test-php
	try_phpize "$1" "$2"
}

# Without this Makefile, from an installed library.
try_phpize() {
	user=$PWD/$1/phpize
	rm -rf "$user"
	mkdir -p "$user"
	make -s B="$1" PREFIX="$user/usr" install >"$user/log" 2>&1
	cp -r reader/php "$user/source"
	(
		cd "$user/source" &&
		    "$(command -v "$2" | sed 's/php-config$/phpize/')" &&
		    PKG_CONFIG_PATH=$user/usr/lib/pkgconfig ./configure \
			--with-php-config="$2" && make &&
		    NO_INTERACTION=1 make test
	) >>"$user/log" 2>&1 || {
		tail -n 60 "$user/log"
		exit 1
	}
	echo "phpize                       $(sed -n 's/^Tests passed *: *\([0-9]*\).*/\1/p' "$user/log") passed, the others want rules"
}

# A suite's PHP: this script again, within its root.  Mounts end with it.
try_suite() {
	root=$ROOTS/$1/root
	if [ ! -f "$root/made" ]; then
		rm -rf "$root"
		mkdir -p "$root"
		command -v debootstrap >/dev/null || {
			echo "debootstrap is not installed" >&2
			exit 1
		}
		debootstrap --variant=minbase "$1" "$root"
		# Nobody is to start the servers that are installed there.
		printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
		chmod 755 "$root/usr/sbin/policy-rc.d"
		chroot "$root" env DEBIAN_FRONTEND=noninteractive \
		    apt-get -y --no-install-recommends install make gcc
		touch "$root/made"
	fi
	mkdir -p "$root/forkgate"
	# shellcheck disable=SC2016 # the other shell's
	unshare -m sh -c '
		mount -t proc proc "$1/proc" && mount --bind /dev "$1/dev" &&
		    mount --bind . "$1/forkgate" &&
		    exec chroot "$1" sh /forkgate/tests/php_versions.sh "in $2"
	' sh "$root" "$1"
}

# The upstream sources that the distribution's package has in it.
source_of_php() {
	tar=${PHP_SOURCE-}
	if [ -z "$tar" ]; then
		mkdir -p "$ROOTS/apt/lists/partial"
		cat /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources \
		    2>/dev/null | sed 's/^Types: deb$/Types: deb-src/
		    s/^deb /deb-src /' >"$ROOTS/apt/php.list"
		! grep -q '^Types:' "$ROOTS/apt/php.list" ||
		    mv "$ROOTS/apt/php.list" "$ROOTS/apt/php.sources"
		(
			cd "$ROOTS/apt"
			set -- -o Dir::Etc::SourceList=/dev/null \
			    -o Dir::Etc::SourceParts="$PWD" \
			    -o Dir::State::Lists="$PWD/lists"
			apt-get "$@" update
			php=php$(php-config --version | cut -d . -f 1,2)
			# The newest one that its mirror has.
			for v in $(apt-cache "$@" showsrc "$php" |
			    sed -n 's/^Version: //p' | sort -rV -u); do
				! apt-get "$@" source --download-only \
				    "$php=$v" || break
			done
		)
		tar=$(ls "$ROOTS"/apt/php*.orig.tar.*z)
	fi
	rm -rf "$ROOTS/source.new"
	mkdir -p "$ROOTS/source.new"
	tar -xf "$tar" -C "$ROOTS/source.new" --strip-components=1
	mv "$ROOTS/source.new" "$ROOTS/source"
}

# build_php NAME OPTION...: at $ROOTS/NAME/usr, as small as the tests let it be.
build_php() {
	here=$ROOTS/$1
	shift
	[ ! -f "$here/made" ] || return 0
	[ -d "$ROOTS/source" ] || source_of_php
	mkdir -p "$here/build"
	(
		cd "$here/build" && ../../source/configure -q --prefix="$here/usr" --disable-all \
		    --disable-cgi --disable-phpdbg --enable-ctype \
		    --enable-pcntl --enable-posix "$@" && make -s
	) >"$here/log" 2>&1 || {
		tail -n 40 "$here/log"
		return 1
	}
	# Apache's folder is not ours to install into.
	case " $* " in
	*' --with-apxs2'*) ;;
	*) make -s -C "$here/build" install >>"$here/log" 2>&1 ;;
	esac
	touch "$here/made"
}

try_zts_debug() {
	build_php zts-debug --enable-zts --enable-debug --enable-embed \
	    --enable-opcache CFLAGS='-O1 -g'
	config=$ROOTS/zts-debug/usr/bin/php-config
}

# try_threads NAME [SANITIZER]: requests in many threads.
try_threads() {
	b=build/php/$1/built
	export PHP_CONFIG="$ROOTS/$1/usr/bin/php-config"
	make B="$b" SAN="${2-}" all php "$b/e2e/worker" "$b/nodeepbind.so"
	SAN=${2-} sh tests/run.sh "$b" php
}

for which; do
	echo "== $which"
	case $which in
	in\ *)
		make -s deps
		try_php "build/php/${which#in }/built" php-config
		;;
	nts-debug)
		build_php nts-debug --enable-debug --enable-opcache CFLAGS='-O1 -g'
		try_php build/php/nts-debug/built "$ROOTS/nts-debug/usr/bin/php-config"
		;;
	zts-debug)
		try_zts_debug
		try_php build/php/zts-debug/built "$config"
		try_threads zts-debug
		;;
	zts-apache)
		try_zts_debug
		build_php zts-apache --enable-zts --enable-debug --disable-cli \
		    --with-apxs2 CFLAGS='-O1 -g'
		make B=build/php/zts-debug/built PHP_CONFIG="$config" all php apache \
		    build/php/zts-debug/built/e2e/worker
		MOD_PHP=$ROOTS/zts-apache/build/libs/libphp.so ONLY=servers_apache_php \
		    sh tests/run.sh build/php/zts-debug/built servers
		;;
	zts-thread)
		build_php zts-thread --enable-zts --enable-embed --disable-cli \
		    CFLAGS='-O1 -g -fsanitize=thread' LDFLAGS=-fsanitize=thread \
		    ax_cv_have_func_attribute_ifunc=no
		try_threads zts-thread thread
		;;
	*) try_suite "$which" ;;
	esac
done
