#!/bin/sh
# The layout of every C source is what clang-format makes of it.
set -u
cd "$(dirname "$0")/.." || exit 1

# Releases differ in details, so only one of them is the judge.
want=14
cf=$(command -v clang-format-$want || command -v clang-format) || {
	echo "check_format: skipped, clang-format is not installed"
	exit 77
}
case $("$cf" --version) in
*"version $want."*) ;;
*)
	echo "check_format: skipped, $cf is not release $want"
	exit 77
	;;
esac
find common reader syncer tools tests -name '*.[ch]' \
    ! -name '*_arginfo.h' -print0 |
    xargs -0 "$cf" --dry-run -Werror --ferror-limit=3
