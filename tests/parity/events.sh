#!/bin/sh
# events: the events that we send against those of the reference implementation.
#
#   events.sh BUILD     from the environment: SEED, DOCS, USERS, SHOW, FAULT
#
# Generates DOCS documents and what programs do with them from SEED, does it on
# both sides, and compares what reached an origin, event by event.  Ours goes the
# whole way: library, queue, syncer.  With FAULT=1 our side gets documents with one
# operator turned round, and all is well when that is noticed.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/parity/install.sh

: "${1:?usage: events.sh BUILD}"
build=$(cd "$1" && pwd)
data=$home/events-${SEED:-1}
command -v zstd >/dev/null || as_root apt-get install -y zstd ||
    die "zstd is missing"

rm -rf "$data"
node "$here/calls.mjs" "$data" "${SEED:-1}" "${DOCS:-40}" "${USERS:-15}" ||
    die "no calls"
printf '%s\n' "$data"/* |
    xargs -n 20 node "$here/events_reference.mjs" "$home" ||
    die "the reference sends no events"

state=$(mktemp -d) || exit 3
running=''
trap '[ -z "$running" ] || kill $running; rm -rf "$state"' EXIT
export FORKGATE_SYNCER_STATE_DIR="$state/state" FORKGATE_SYNCER_SDK_KEY=secret-x \
    FORKGATE_SYNCER_EVENTS_CONCURRENCY=1 FORKGATE_SYNCER_LOG_LEVEL=error \
    FORKGATE_SYNCER_EVENTS_MAX_DELAY=0

# ours FOLDER RULES: what the calls make us send, to forkgate.jsonl.
ours() {
	rm -rf "$state/state" "$state/port" "$1/forkgate.jsonl"
	mkdir -m 755 "$state/state"
	"$build/forkgate-origin" --port-file "$state/port" \
	    --events-file "$1/forkgate.jsonl" "$2" >"$1/origin.log" 2>&1 &
	running=$!
	while [ ! -s "$state/port" ]; do
		kill -0 $running || die "the origin does not start"
		sleep 0.05
	done
	url=http://127.0.0.1:$(cat "$state/port")
	export FORKGATE_SYNCER_BASE_URL="$url" \
	    FORKGATE_SYNCER_LOG_EVENT_URL="$url/v1/log_event"
	"$build/forkgate-syncer" --config /dev/null &
	running="$running $!"
	"$build/parity-calls" "$state/state" "$1/calls.jsonl" ||
	    die "$1: no events"
	kill $running
	wait $running 2>/dev/null
	running=''
}

for folder in "$data"/*; do
	rules=$folder/document.json
	if [ -n "${FAULT-}" ]; then
		node "$here/fault.mjs" "$rules" "$folder/fault.json" || exit 3
		rules=$folder/fault.json
	fi
	ours "$folder" "$rules"
done
node "$here/events_compare.mjs" "$data"/*
noticed $?
