# install: what both comparisons need of the reference implementation; sourced.
# shellcheck shell=sh
# shellcheck disable=SC2034
here=tests/parity
home=build/parity
package=@statsig/statsig-node-core
version=0.23.2

die() {
	echo "parity: $*" >&2
	exit 3
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# noticed STATUS: ends with it, or, with FAULT, when it tells of a difference.
noticed() {
	[ -n "${FAULT-}" ] || exit "$1"
	if [ "$1" = 1 ]; then
		echo "the fault was noticed"
		exit 0
	fi
	echo "the fault was not noticed" >&2
	exit 1
}

command -v node >/dev/null && command -v npm >/dev/null ||
    as_root apt-get install -y nodejs npm || die "node and npm are missing"
if [ ! -d "$home/node_modules/$package" ]; then
	mkdir -p "$home"
	npm install --no-audit --no-fund --silent --prefix "$home" \
	    "$package@$version" || die "$package cannot be installed"
fi
