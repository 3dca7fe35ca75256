#!/bin/sh
# Every header can be included first and alone, and the public ones also by
# strict C and C++ programs that know nothing of this project's flags.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0
cc=${CC:-cc}
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

# alone HEADER COMPILER FLAGS...
alone() {
	header=$1
	shift
	echo "#include \"$header\"" |
	    "$@" -Wall -Wextra -Wpedantic -Werror -fsyntax-only - >"$log" 2>&1 &&
	    return
	echo "check_headers: $header, with $*:" >&2
	head -n 5 "$log" >&2
	bad=1
}

# What goes into a server includes that server's headers, and is built by it.
for header in $(find common reader syncer tools -name '*.h' \
    ! -path 'reader/apache/*' ! -path 'reader/php/*' | sort); do
	alone "$header" "$cc" -x c -std=c11 -I. -iquote common -iquote reader \
	    -D_GNU_SOURCE
done

for header in reader/forkgate.h reader/sticky/forkgate_sticky.h; do
	alone $header "$cc" -x c -std=c99 -I. -iquote common -iquote reader
	command -v g++ >/dev/null 2>&1 || continue
	alone $header g++ -x c++ -std=c++11 -I. -iquote common -iquote reader
done
exit $bad
