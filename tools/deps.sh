#!/bin/sh
# deps: what forkgate is built from, as Debian packages.
#
#   deps.sh               installs the missing ones of build and tests
#   deps.sh ci            also those that only the full set of checks uses
#   deps.sh list [ci]     prints the names, one a line
#   deps.sh headers       checks by compiler that the libraries are there
#
# Nothing is asked and nothing is done when nothing is missing.
set -u

build='gcc make pkg-config libc6-dev
libcurl4-openssl-dev libssl-dev liblmdb-dev libjsmn-dev libinih-dev
libmaxminddb-dev libpcre2-dev libunistring-dev zlib1g-dev libmicrohttpd-dev'
tests='libcmocka-dev binutils util-linux strace curl openssl procps
apache2-bin apache2-dev apache2-utils
php-dev php-cli php-fpm libapache2-mod-php nginx'
ci='clang libclang-rt-dev clang-format g++ valgrind git'

want="$build $tests"
run=install
for arg; do
	case $arg in
	ci) want="$want $ci" ;;
	list | headers) run=$arg ;;
	*)
		echo "deps: unknown argument $arg" >&2
		exit 2
		;;
	esac
done

if [ "$run" = list ]; then
	printf '%s\n' $want
	exit 0
fi

if [ "$run" = headers ]; then
	for lib in lmdb libcurl inih zlib libcrypto libpcre2-8 libmicrohttpd \
	    libmaxminddb; do
		if ! "${PKG_CONFIG:-pkg-config}" --exists "$lib"; then
			echo "deps: $lib is missing: run make deps" >&2
			exit 1
		fi
	done
	for header in lmdb.h curl/curl.h ini.h zlib.h openssl/sha.h \
	    microhttpd.h jsmn.h unicase.h maxminddb.h; do
		if ! echo "#include <$header>" |
		    ${CC:-cc} -DJSMN_HEADER -E - >/dev/null 2>&1; then
			echo "deps: <$header> is missing: run make deps" >&2
			exit 1
		fi
	done
	exit 0
fi

if ! command -v dpkg-query >/dev/null 2>&1; then
	# Elsewhere the names differ: a build that works needs no help.
	sh "$0" headers && exit 0
	echo "deps: not a Debian machine; install what these hold there:" >&2
	printf '  %s\n' $want >&2
	exit 1
fi

# A name that dpkg never heard of is left out of its answer: missing too.
have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $want 2>/dev/null |
    sed -n 's/^installed //p')
missing=
for package in $want; do
	case "
$have
" in
	*"
$package
"*) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	as_root=sudo
	if ! command -v sudo >/dev/null 2>&1; then
		echo "deps: as root, run: apt-get install$missing" >&2
		exit 1
	fi
fi
echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive

# The web servers are for tests that start their own: Debian is not to start
# them as services.  A policy of the machine's own stays.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	trap '$as_root rm -f $policy' EXIT
	trap 'exit 130' INT TERM
	printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null &&
	    $as_root chmod 755 $policy
fi
$as_root apt-get -q update </dev/null &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
	--no-install-recommends install $missing </dev/null || {
	echo "deps: could not install$missing" >&2
	exit 1
}
