#!/bin/sh
# memcheck: runs a program under valgrind; fails for what valgrind finds.
#
#   memcheck.sh PROGRAM [ARGUMENT...]
#
# valgrind's own --error-exitcode would change the status of each child, and
# some are forked for their status.  So its words are kept in files, one for
# each process.  In children only wrong accesses count: what they inherited and
# did not free before _exit() is no leak of theirs.
set -u
log=$(mktemp -d) || exit 1
trap 'rm -rf "$log"' EXIT

export UNDER_VALGRIND=1 # a few tests must know
valgrind -q --leak-check=full --show-leak-kinds=definite,possible \
    --log-file="$log/%p" "$@" &
pid=$!
wait $pid
st=$?

bad=0
for file in "$log"/*; do
	[ -s "$file" ] || continue
	if [ "$file" = "$log/$pid" ] ||
	    grep -qE 'Invalid (read|write|free)|uninitialised|Mismatched free|overlap' \
		"$file"; then
		cat "$file"
		bad=1
	fi
done
[ $bad = 0 ] || exit 99
exit $st
