#!/bin/sh
# soak: the tests of the promise about events, at their full size.
#
#   soak.sh BUILD
#
# From the environment, with what is taken when they are empty:
#
#   KILLS=1000        workers killed while they append, by mapping and by write
#   SYNCER_KILLS=200  syncers killed while they ship
#   WORKERS=200 EVENTS=1000000   at once, and from all of them
#   CUTS=1000         of the power
#   BACKLOG_GB=10     waiting when the syncer starts; as much disk is needed
#   FUZZ_SECONDS=60   of damaged segments; needs clang
#
# Prints what "make test" prints of these tests, and the figures they tell.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:?usage: soak.sh BUILD}

export FORKGATE_TEST_KILLS="${KILLS:-1000}" FORKGATE_TEST_CUTS="${CUTS:-1000}"
export SOAK_KILLS="${KILLS:-1000}" SOAK_SYNCER_KILLS="${SYNCER_KILLS:-200}"
export SOAK_WORKERS="${WORKERS:-200}" SOAK_EVENTS="${EVENTS:-1000000}"
export SOAK_WAIT=900 BACKLOG_MB="256 $((${BACKLOG_GB:-10} * 1024))"
export TEST_TIMEOUT=3600
bad=0

# step NAME KIND: the lines of one program, and whether it went well.
step() {
	log=$build/test-logs/$1.log
	ONLY=$1 sh tests/run.sh "$build" "$2" >"$log.run" || bad=1
	grep -vE '^all in |^[0-9]+ passed' "$log.run"
	grep '^# ' "$log" | sed 's/^/    /'
}

step test_queue unit
step test_power unit
step e2e_workers e2e
step e2e_survive e2e
step e2e_full_disk e2e
step e2e_backlog e2e
if command -v clang >/dev/null; then
	log=$build/test-logs/fuzz_segment.log
	fuzz=passed
	${MAKE:-make} --no-print-directory fuzz-segment \
	    FUZZ_ARGS="-max_total_time=${FUZZ_SECONDS:-60} -print_final_stats=1" \
	    >"$log" 2>&1 || fuzz=FAILED bad=1
	echo "fuzz-segment                 $fuzz," \
	    "$(sed -n 's/stat::number_of_executed_units: *//p' "$log") segments"
fi
if [ $bad = 0 ]; then echo "soak: passed"; else echo "soak: FAILED"; fi
exit $bad
