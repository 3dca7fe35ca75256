#!/bin/sh
# Goal: a way to the server that is broken in some way costs no event and no
# processor time, and events go on within a moment when it is well again.
. "$(dirname "$0")/lib.sh"

export FORKGATE_SYNCER_EVENTS_BACKOFF_MAX=1s
export FORKGATE_SYNCER_EVENTS_TIMEOUT=1s
export FORKGATE_SYNCER_EVENTS_BATCH=50
export FORKGATE_SYNCER_EVENTS_REFUSALS=1000
start_host

# The syncer's time on a processor so far, ms.
cpu_ms() {
	awk -v hz="$(getconf CLK_TCK)" \
	    '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hz) }' \
	    "/proc/$syncer_pid/stat"
}

# endures NAME TAG N: with a fault for 3 seconds: at rest meanwhile, and all of
# the N events within 3 seconds of its end.
endures() {
	before=$(cpu_ms)
	sleep 3
	spent=$(($(cpu_ms) - before))
	[ $spent -le $((600 * SLOW)) ]
	verdict "$1-costs-no-time" $? "$spent ms of processor time in 3 s"
	origin_fault "events=none"
	within 3 all_arrived "$3" "$2"
	verdict "$1-loses-nothing" $? \
	    "$(events_of "$2" | sort -u | wc -l) of $3 arrived"
}

# ---- slow, cut within the answer, a portal's page ----

for fault in slow:1500 truncate html; do
	tag=${fault%%:*}
	origin_fault "events=$fault"
	worker log "$STATE" "$tag" 400
	endures "$tag" "$tag" 400
done

# ---- told to wait ----

# Four requests are on their way: one is told to wait, and all do.
waits() {
	sent=$(origin_stat events_requests)
	origin_fault "events=$2&count=1"
	worker log "$STATE" "$1" 20
	within 5 stat_is events_requests -gt "$sent"
	sent=$(origin_stat events_requests)
	sleep 1.5
	stat_is events_requests -eq "$sent"
	verdict "$1-is-honoured" $? "it was asked again at once"
	within 5 all_arrived 20 "$1"
	verdict "$1-loses-nothing" $? \
	    "$(events_of "$1" | sort -u | wc -l) of 20 arrived"
}
waits seconds 429:3
waits date "429:$(date -u -d '+4 sec' '+%a,%%20%d%%20%b%%20%Y%%20%H:%M:%S%%20GMT')"

# ---- the key ----

"$BUILD/forkgate" status --state "$STATE" >"$T/status"
verdict status-is-well $? "$(cat "$T/status")"
origin_fault "events=403"
worker log "$STATE" denied 30
loud() {
	"$BUILD/forkgate" status --state "$STATE" >"$T/status"
	[ $? = 1 ] && grep -q 'THE SERVER REFUSES THE SDK KEY (status 403' \
	    "$T/status"
}
within 5 loud
verdict a-refused-key-is-loud $? "$(cat "$T/status")"
"$BUILD/forkgate" status --state "$STATE" --json |
    grep -q '"shipping":{"projects":\[{"project":"default","state":"denied"'
verdict a-refused-key-is-in-json $? \
    "$("$BUILD/forkgate" status --state "$STATE" --json)"
endures denied denied 30
quiet() {
	"$BUILD/forkgate" status --state "$STATE" >"$T/status"
}
within 5 quiet
verdict status-is-well-again $? "$(cat "$T/status")"

# ---- TLS ----

if ! command -v openssl >/dev/null; then
	skip tls "openssl is not installed"
else
	# certificate NAME: for 127.0.0.1, by nobody but itself.
	certificate() {
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
		    -nodes -keyout "$T/$1.key" -out "$T/$1.crt" -days 2 \
		    -subj "/CN=$1" -addext subjectAltName=IP:127.0.0.1 \
		    2>"$T/openssl.log"
		cat "$T/$1.key" "$T/$1.crt" >"$T/$1.pem"
	}
	certificate good
	certificate wrong
	stop_syncer
	stop_origin
	port=${ORIGIN##*:}
	{
		sed 's|http://|https://|' "$CONF"
		echo "ca_file = $T/good.crt"
	} >"$CONF.new"
	mv "$CONF.new" "$CONF"
	start_origin --port "$port" --tls "$T/wrong.pem"
	: >"$T/syncer.log"
	start_syncer
	worker log "$STATE" tls 400
	within 5 logged "certificate"
	verdict a-wrong-certificate-is-told $? "the log does not"
	before=$(cpu_ms)
	sleep 3
	spent=$(($(cpu_ms) - before))
	[ $spent -le $((600 * SLOW)) ]
	verdict a-wrong-certificate-costs-no-time $? "$spent ms in 3 s"
	[ "$(events_of tls | wc -l)" = 0 ]
	verdict a-wrong-certificate-gets-nothing $? "events"
	stop_origin
	start_origin --port "$port" --tls "$T/good.pem"
	tls_arrived() {
		[ "$(events_of tls | sort -u | wc -l)" = 400 ]
	}
	within 3 tls_arrived
	verdict tls-loses-nothing $? "$(events_of tls | wc -l) of 400 arrived"
fi
