#!/bin/sh
# What php-fpm pages cost with forkgate, beside an empty page and beside the ways
# that PHP has without it, in one run: php.sh OUT.md
#
# The pages of tests/bench/php are asked for in turn, again and again, over nginx;
# what is reported is the median of the rounds.  CPU is the workers' own.  What a
# page has to know, names of gates above all, stands in it as in anybody's code.
OUT=${1-build/bench/php.md}
case $OUT in /*) ;; *) OUT=$PWD/$OUT ;; esac
. "$(dirname "$0")/../servers/lib.sh"
need nginx ab php
fpm=$(command -v php-fpm || ls /usr/sbin/php-fpm[0-9]* 2>/dev/null | tail -n 1)
EXT=$BUILD/php/forkgate.so
for file in "$fpm" "$EXT"; do
	[ -f "$file" ] || {
		echo "php bench: php-fpm or the extension is missing, not measured"
		exit 0
	}
done
ROUNDS=${ROUNDS-11}
extensions=$(php-config --extension-dir)

"$BUILD/forkgate-bench" doc real >"$RULES"
cp "$RULES" "$W/document"
php -n -r '$d = json_decode(file_get_contents($argv[1]), true);
    file_put_contents("$argv[1].php", "<?php return " . var_export($d, true) . ";");
    $gates = array_keys($d["feature_gates"]);
    $quoted = array_map(static fn ($name) => var_export($name, true), $gates);
    $known = ["GATES" => implode(", ", array_slice($quoted, 0, 10)),
        "ALL_GATES" => implode(", ", $quoted),
        "DOCUMENT" => var_export($argv[1], true), "EVENTS" => var_export($argv[2], true)];
    foreach (glob("tests/bench/php/*.php") as $page) {
        file_put_contents("$argv[3]/" . basename($page), preg_replace_callback(
            "/\x27@([A-Z_]+)@\x27/", static fn ($m) => $known[$m[1]], file_get_contents($page)));
    }
' "$W/document" "$W/log/events" "$DOCS"
: >"$W/log/events"
chmod 666 "$W/log/events"

start_origin
make_conf
sed -i 's/log_level = debug/log_level = info/; s/max_delay = .*/max_delay = 5s/' "$CONF"
start_syncer
"$BUILD/forkgate" wait --state "$STATE" --timeout 30 >/dev/null || give_up rules none

# begin_fpm WORKERS
begin_fpm() {
	options="-d opcache.enable=1 -d opcache.revalidate_freq=60 -d apc.shm_size=128M"
	options="$options -d opcache.memory_consumption=256"
	[ ! -f "$extensions/opcache.so" ] || options="-d zend_extension=$extensions/opcache.so $options"
	[ ! -f "$extensions/apcu.so" ] || options="-d extension=$extensions/apcu.so $options"
	cat >"$W/pool.conf" <<-END_POOL
	pm = static
	pm.max_children = $1
	END_POOL
	# shellcheck disable=SC2086 # options
	start_fpm "$fpm" -d "extension=$EXT" -d "forkgate.state_dir=$STATE" \
	    -d memory_limit=512M $options <"$W/pool.conf"
}

# cpu_ns: of all workers.
cpu_ns() {
	for pid in $(pgrep -P "$fpm_pid"); do
		cat "/proc/$pid/schedstat"
	done | awk '{ n += $1 } END { printf "%.0f\n", n }'
}

# measure PAGE SECONDS: one line, "requests/s, us of CPU a request".
measure() {
	before=$(cpu_ns)
	ab -q -l -k -c 4 -t "$2" -n 1000000 "$HTTP/$1.php" >"$T/ab" 2>&1
	after=$(cpu_ns)
	n=$(sed -n 's/^Complete requests: *//p' "$T/ab")
	rate=$(sed -n 's/^Requests per second: *\([0-9.]*\).*/\1/p' "$T/ab")
	awk -v n="$n" -v t=$((after - before)) -v r="$rate" \
	    'BEGIN { printf "%.0f %.1f\n", r, t / 1000 / n }'
}

# median FILE COLUMN
median() {
	cut -d' ' -f"$2" "$1" | sort -n | sed -n "$((($(wc -l <"$1") + 1) / 2))p"
}

begin_fpm 4
start_nginx <<END_NGINX
access_log off;
location ~ \.php\$ {
	fastcgi_pass unix:$FPM;
	fastcgi_param SCRIPT_FILENAME $DOCS\$fastcgi_script_name;
	fastcgi_param REQUEST_METHOD \$request_method;
}
END_NGINX
pages="empty forkgate json"
[ ! -f "$extensions/apcu.so" ] || pages="$pages apcu_text apcu_decoded"
[ ! -f "$extensions/opcache.so" ] || pages="$pages opcached"
for page in $pages; do
	body=$(get "/$page.php")
	case $body in
	ok*) ;;
	*) give_up "$page" "answers $body" ;;
	esac
	measure "$page" 1 >/dev/null
done
round=0
while [ $round -lt "$ROUNDS" ]; do
	for page in $pages; do
		measure "$page" 1 >>"$T/$page.figures"
	done
	round=$((round + 1))
done

# What a worker has of its own, after all gates and without a check.
private_of() {
	stop_server "$fpm_pid" QUIT
	begin_fpm 50
	for i in 1 2 3; do
		ab -q -l -c 50 -n 1000 "$HTTP/$1.php" >"$T/ab" 2>&1
	done
	for pid in $(pgrep -P "$fpm_pid"); do
		awk '/^[0-9a-f]+-[0-9a-f]+ / { queue = $0 ~ /\/queue\// }
		    /^Private_Dirty:/ && !queue { n += $2 }
		    /^Pss:/ && !queue { pss += $2 }
		    END { print n, pss }' "/proc/$pid/smaps"
	done >"$T/private.$1"
}
private_of hold
private_of all_gates

check=$(FORKGATE_STATE_DIR=$STATE php -n -d "extension=$EXT" \
    -d "forkgate.state_dir=$STATE" "$DOCS/loop.php")

row() {
	printf '| %s | %s | %s | %s | %s |\n' "$@"
}
yes_if() {
	awk -v a="$1" -v b="$2" 'BEGIN { print a <= b ? "yes" : "**no**" }'
}
mkdir -p "$(dirname "$OUT")"
{
	echo "# PHP"
	echo
	echo "Ten gate checks a page with their exposures, $ROUNDS rounds in turn, medians."
	echo
	row page requests/s "CPU a request" "CPU, times the empty page's" met
	row --- --- --- --- ---
	for page in $pages; do
		cpu=$(median "$T/$page.figures" 2)
		# To the empty page of the same round: a busy machine is that to both.
		paste -d' ' "$T/empty.figures" "$T/$page.figures" |
		    awk '{ printf "%.2f\n", $4 / $2 }' >"$T/$page.ratios"
		times=$(median "$T/$page.ratios" 1)
		met=
		[ $page != forkgate ] || met=$(yes_if "$times" 1.05)
		no=
		[ $page != forkgate ] || no="20 "
		row "$no$page" "$(median "$T/$page.figures" 1)" "$cpu us" "$times" "$met"
	done
	echo
	row figure ours wanted met ""
	row --- --- --- --- ---
	row "21 one gate check from a loop" "$check ns" "<= 500 ns" "$(yes_if "$check" 500)" ""
	more=$(($(median "$T/private.all_gates" 1) - $(median "$T/private.hold" 1)))
	row "14 private memory of a worker for all gates, of 50" "$more KB" "<= 64 KB" "$(yes_if $more 64)" ""
	more=$(($(median "$T/private.all_gates" 2) - $(median "$T/private.hold" 2)))
	row "14 the same as PSS" "$more KB" "" "" ""
} | tee "$OUT"
