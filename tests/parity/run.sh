#!/bin/sh
# run: our answers against those of the reference implementation.
#
#   run.sh BUILD        from the environment: SEED, DOCS, USERS, SHOW, FAULT,
#                       ID_LISTS, COUNTRY (0 leaves them out)
#
# Installs the reference into build/parity when it is not there, generates DOCS
# documents and USERS users for each from SEED, asks both sides for everything
# and prints every difference.  With FAULT=1 our side gets documents with one
# operator turned round, and all is well when that is noticed.
set -u
cd "$(dirname "$0")/../.." || exit 1

. tests/parity/install.sh

: "${1:?usage: run.sh BUILD}"
forkgate=$1/forkgate
seed=${SEED:-1}
data=$home/data-$seed

# ask FOLDER RULES OUT OPTION...
ask() {
	folder=$1 rules=$2 out=$3
	shift 3
	[ ! -f "$folder/overrides.json" ] ||
	    set -- --overrides "$folder/overrides.json" "$@"
	# shellcheck disable=SC2086 # no path here has a space
	"$forkgate" eval --rules "$rules" --idlists "$folder/idlists" $sources \
	    --cases "$folder/cases.jsonl" "$@" \
	    >"$folder/$out" 2>"$folder/notes.txt" || {
		status=$?
		tail -n 1 "$folder/notes.txt" >&2
		echo "$folder: forkgate eval ended with $status" >&2
	}
}

sources=
if [ "${COUNTRY-}" != 0 ]; then
	node "$here/country.mjs" "$home" "$home/country.table" ||
	    die "no table of countries"
	sources="--country $home/country.table"
fi

rm -rf "$data"
node "$here/generate.mjs" "$data" "$seed" "${DOCS:-200}" "${USERS:-25}" ||
    die "no documents"
# A process for every twenty documents, which it keeps in memory.
printf '%s\n' "$data"/* | xargs -n 20 node "$here/reference.mjs" "$home" ||
    die "the reference gives no answers"
for folder in "$data"/*; do
	rules=$folder/document.json
	if [ -n "${FAULT-}" ]; then
		node "$here/fault.mjs" "$rules" "$folder/fault.json" || exit 3
		rules=$folder/fault.json
	fi
	ask "$folder" "$rules" forkgate.jsonl --live
	ask "$folder" "$rules" forkgate-responses.jsonl \
	    --client-response "$(cat "$folder/hash")"
done
node "$here/compare.mjs" "$data"/*
noticed $?
