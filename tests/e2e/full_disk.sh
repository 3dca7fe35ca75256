#!/bin/bash
# Goal: a disk that is full refuses new events, which is counted, and costs none
# that was accepted; all go on when there is room again.
#
# Needs a small file system of its own: as root, or in a user namespace.
if [ -z "${FULL_DISK-}" ]; then
	export FULL_DISK=1
	for how in "unshare -m" "unshare -rm"; do
		if $how sh -c 'mount -t tmpfs none /mnt' 2>/dev/null; then
			exec $how bash "$0"
		fi
	done
	echo "skip full-disk: no file system can be mounted here"
	exit 0
fi
. "$(dirname "$0")/lib.sh"

export FORKGATE_SYNCER_EVENTS_BACKOFF_MAX=500ms
mkdir "$STATE"
mount -t tmpfs -o size=24m none "$STATE" || give_up mount "no tmpfs"
trap 'clean_up; umount -l "$STATE" 2>/dev/null; rm -rf "$T"' EXIT
start_host

# fill TAG: as much as is accepted; adds it to $accepted.
accepted=0
fill() {
	worker fill "$STATE" "$1" 100000 2000 >"$T/filled"
	n=$(sed -n 's/accepted \([0-9]*\) .*/\1/p' "$T/filled")
	dropped=$(sed 's/.*dropped //' "$T/filled")
	accepted=$((accepted + n))
	echo "# $1: $(cat "$T/filled")"
}

origin_fault "events=refuse"
fill disk-a
[ "$n" -gt 100 ] && [ "$dropped" = 1 ]
verdict what-is-refused-is-counted $? "$(cat "$T/filled")"

# The rest by somebody else, to the last byte.
dd if=/dev/zero of="$STATE/rest" bs=4k 2>/dev/null
worker fill "$STATE" disk-b 100 2000 >"$T/filled"
n=$(sed -n 's/accepted \([0-9]*\) .*/\1/p' "$T/filled")
accepted=$((accepted + n))
[ "$n" = 0 ]
verdict a-full-disk-takes-nothing $? "$(cat "$T/filled")"
within 10 logged "is full, by queue_bytes or by its disk"
verdict a-full-disk-is-told $? "the log does not say so"
rules_ready
verdict a-full-disk-stops-no-checks $? "no rules"

# Network again, disk still full; then the other way round.
origin_fault "events=none"
sleep 1
rm "$STATE/rest"
all() {
	all_arrived $accepted disk
}
within 30 all
verdict accepted-is-received $? \
    "$(events_of disk | sed 's/;.*//' | sort -u | wc -l) of $accepted arrived"
room() {
	worker fill "$STATE" "disk-c$turn" 10 100 >"$T/filled"
	turn=$((turn + 1))
	grep -q 'accepted 10 ' "$T/filled"
}
turn=0
within 10 room
verdict there-is-room-again $? "$(cat "$T/filled")"
stop_syncer
verdict syncer-ends $? "status $?"
