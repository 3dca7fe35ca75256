#!/bin/sh
# peer: measures the reference implementation, for peer.c.
#
#   peer.sh DIR        the documents peer-*.json are in DIR
#
# Installs it into build/parity, as "make parity" does, when it is not there.
# Prints what peer.mjs prints; on stderr, in a line, why there is nothing.
set -u
cd "$(dirname "$0")/../.." || exit 1
home=build/parity
package=@statsig/statsig-node-core
version=$(sed -n 's/^version=//p' tests/parity/run.sh)

for tool in node npm; do
	command -v "$tool" >/dev/null || {
		echo "$tool is missing" >&2
		exit 3
	}
done
if [ ! -d "$home/node_modules/$package" ]; then
	mkdir -p "$home"
	npm install --no-audit --no-fund --silent --prefix "$home" \
	    "$package@$version" >&2 || {
		echo "npm cannot install $package" >&2
		exit 3
	}
fi
exec node tests/bench/peer.mjs "$home" "$1"
