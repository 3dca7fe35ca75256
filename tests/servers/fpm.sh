#!/bin/sh
# Goal: under php-fpm, checks answer and follow the rules without a reload, and no
# event is lost however a worker ends: recycled, reloaded, killed, by a fatal
# error, by a time limit.  Workers need no permission of their own.
. "$(dirname "$0")/lib_php.sh"
need nginx ab
fpm=$(command -v php-fpm || ls /usr/sbin/php-fpm[0-9]* 2>/dev/null | tail -n 1)
[ -n "$fpm" ] || {
	skip fpm "php-fpm is not installed"
	exit 0
}

# begin_fpm [LINE...]: a pool of four workers, with lines of their own in it.
begin_fpm() {
	{
		echo "pm = static"
		echo "pm.max_children = 4"
		echo "env[ACK] = $ACK"
		echo "env[TRIED] = $TRIED"
		echo "catch_workers_output = yes"
		for line; do
			echo "$line"
		done
	} >"$W/pool.conf"
	# shellcheck disable=SC2086 # options
	start_fpm "$fpm" -d "extension=$EXT" -d "forkgate.state_dir=$STATE" \
	    $FPM_OPTIONS <"$W/pool.conf"
}

end_fpm() {
	stop_server "$fpm_pid" QUIT
}

start_host
# Only the master can read the rules: it opened them before its workers were.
FPM_OPTIONS=
closed=false
if $as_root; then
	chmod 700 "$STATE" && closed=true
fi
begin_fpm "pm.max_requests = 50"
start_nginx <<END_NGINX
location ~ \.php\$ {
	fastcgi_pass unix:$FPM;
	fastcgi_param SCRIPT_FILENAME $DOCS\$fastcgi_script_name;
	fastcgi_param QUERY_STRING \$query_string;
	fastcgi_param REQUEST_METHOD \$request_method;
}
location ^~ /jail/ {
	fastcgi_pass unix:$FPM;
	fastcgi_param SCRIPT_FILENAME \$fastcgi_script_name;
	fastcgi_param REQUEST_METHOD \$request_method;
}
END_NGINX

expect "a gate" on /hit.php
expect "a config" "1=1" /pair.php
! $closed || ! setpriv --reuid "$USER_OF" --clear-groups ls "$STATE/rules" >/dev/null 2>&1
verdict "by workers that may not read the rules themselves" $? "they may"

# Load while workers are recycled every 50 requests and the rules change.
load_begin recycle "/hit.php?tag=recycle"
change_seen "a change" 2
load_goes_on
load_end recycle
[ "$requests" -gt 300 ] && [ "$failures" = 0 ]
verdict "recycled workers" $? "$failures of $requests requests failed"
accounted "events of recycled workers" recycle

# A reload gives the workers' places to new ones, from a master that opens anew.
load_begin reload "/hit.php?tag=reload"
for i in 1 2 3; do
	kill -USR2 "$fpm_pid"
	load_goes_on
done
load_end reload
[ "$failures" = 0 ]
verdict "reloads under load" $? "$failures of $requests requests failed"
accounted "events over reloads" reload
change_seen "a change after reloads" 3

# An experiment stays as it was, whoever answers; workers share a folder.
cat >"$DOCS/sticky.php" <<'END_PHP'
<?php
use Forkgate\{Client, StickyStorage, User};

final class Folder implements StickyStorage
{
    public int $by = 0; /* who saved */

    public function load(string $key): array
    {
        $text = @file_get_contents($this->path($key));
        [$this->by, $records] = $text ? unserialize($text) : [0, []];
        return $records;
    }

    public function save(string $key, string $name, string $record): void
    {
        $this->put($key, [$name => $record] + $this->load($key));
    }

    public function remove(string $key, string $name): void
    {
        $this->put($key, array_diff_key($this->load($key), [$name => 1]));
    }

    private function put(string $key, array $records): void
    {
        $path = $this->path($key);
        $new = $path . '-' . getmypid();
        file_put_contents($new, serialize([getmypid(), $records]));
        rename($new, $path);
    }

    private function path(string $key): string
    {
        return dirname($_SERVER['ACK']) . '/sticky-' . rawurlencode($key);
    }
}

$storage = new Folder;
$client = new Client(sticky: $storage);
$user = new User($_GET['who']);
$known = isset($_GET['forget']) ? null : $client->loadSticky($user);
$pair = $client->getExperiment($user, 'pair', sticky: $known);
echo $pair->getInt('a') . '=' . $pair->getInt('b') . ' '
    . ($storage->by && $storage->by !== getmypid() ? 'another' : 'here');
END_PHP

# of_another PAIR: asks for ada, until a worker answers that did not save.
of_another() {
	get "/sticky.php?who=ada" >>"$T/stuck"
	echo >>"$T/stuck"
	[ "$(tail -n 1 "$T/stuck")" = "$1 another" ]
}

pair_is='"entity":"experiment","isActive":true'
pair_rule='"groupName":"all","isExperimentGroup":true,'
change_seen "a change to an experiment" 4
expect "an assignment" "4=4 here" "/sticky.php?who=ada"
change_seen "a change of the experiment" 5
within 10 of_another 4=4 && ! grep -qv '^4=4 ' "$T/stuck"
verdict "an assignment sticks over workers and rules" $? "$(tail "$T/stuck")"
expect "one that is new" "5=5 here" "/sticky.php?who=bao"
get "/sticky.php?who=ada&forget" >"$T/got"
get "/sticky.php?who=ada" >>"$T/got"
grep -q '^5=5 .*5=5 ' "$T/got"
verdict "one that is forgotten" $? "$(cat "$T/got")"

# Killed ones cannot answer, but what they logged is there.
load_begin kill "/hit.php?tag=kill"
for i in 1 2 3 4 5 6 7 8 9 10; do
	pkill -KILL -n -P "$fpm_pid"
	answered=$(wc -l <"$W/log/access")
	within 20 answered_more 30 || not_ok kills "hardly a request is answered"
done
load_end kill
accounted "events of killed workers" kill
end_fpm

# All other ways to end.
begin_fpm "php_admin_value[max_execution_time] = 1" \
    "php_admin_value[display_errors] = 0" \
    "request_terminate_timeout = 3s"
for then in exit fatal memory; do
	load_begin "$then" "/hit.php?tag=$then&then=$then"
	load_end "$then"
	accounted "events of pages that end by $then" $then
done
status_of "/hit.php?tag=loop&then=loop" >"$T/status"
[ "$(cat "$T/status")" = 500 ]
verdict "max_execution_time" $? "status $(cat "$T/status")"
accounted "events up to max_execution_time" loop
status_of "/hit.php?tag=sleep&then=sleep" >"$T/status"
[ "$(cat "$T/status")" = 502 ]
verdict "request_terminate_timeout" $? "status $(cat "$T/status")"
accounted "events up to request_terminate_timeout" sleep
expect "workers go on" on /hit.php
end_fpm

# Where PHP may open nothing but its own documents.
begin_fpm "php_admin_value[open_basedir] = $DOCS:$W/log"
expect "open_basedir" on "/hit.php?tag=basedir"
accounted "events below open_basedir" basedir
end_fpm

if $as_root; then
	mkdir -p "$W/root/jail"
	cp "$DOCS/pair.php" "$W/root/jail/pair.php"
	begin_fpm "chroot = $W/root"
	expect "chroot" "$ruleset=$ruleset" /jail/pair.php
	end_fpm
else
	skip chroot "needs root"
fi

# A pool with a project and a tier of its own.  In the other project the gate
# "off" is on.
echo '{"overrides":[{"gate":"off","value":true}]}' >"$T/overrides.json"
make_conf
sed -n '/^\[project default\]$/,$ { s/default/other/; p }' "$CONF" >"$T/other.conf"
{
	cat "$T/other.conf"
	echo "overrides_file = $T/overrides.json"
} >>"$CONF"
stop_syncer
start_syncer
within 10 logged "[project other] generation 1: " ||
    give_up projects "no rules of the other one"
cat >"$DOCS/project.php" <<'END_PHP'
<?php
use Forkgate\{Client, User};
$id = "project-" . hrtime(true);
$user = new User('u');
if (Forkgate\log_event($user, 'hit', $id)) {
    file_put_contents($_SERVER['ACK'], "$id\n", FILE_APPEND);
}
echo Forkgate\status()->project, Forkgate\check_gate($user, 'off') ? ' on' : ' off',
    (new Client(project: 'default'))->checkGate($user, 'off') ? ' on' : ' off';
END_PHP
pool="php_admin_value[forkgate.project] = other"
tier="php_admin_value[forkgate.environment] = staging"
page=/project.php
set -- "$pool" "$tier"
if $as_root; then
	cp "$DOCS/project.php" "$W/root/jail/project.php"
	mkdir -p "$W/root$W/log"
	ln "$ACK" "$W/root$ACK"
	page=/jail/project.php
	set -- "$@" "chroot = $W/root"
fi
FPM_OPTIONS="-d forkgate.projects=other"
begin_fpm "$@"
expect "a pool's own project" "other on off" $page
end_fpm
FPM_OPTIONS=
grep "^project-" "$ACK" >"$T/acked"
within 30 arrived project
verdict "events of a pool's own project" $? "$(cat "$T/acked")"
grep '"project-' "$EVENTS" | grep -q '"tier" *: *"staging"'
verdict "with the tier of that pool" $? "$(grep '"project-' "$EVENTS")"
if $as_root; then
	begin_fpm "$@"
	expect "which no worker can open itself" "other off off" $page
	end_fpm
fi

# Preloading runs PHP in the master, before there is a worker.
opcache=$(php-config --extension-dir 2>/dev/null)/opcache.so
if [ -f "$opcache" ]; then
	cat >"$DOCS/preload.php" <<-'END_PHP'
	<?php
	final class Preloaded
	{
	    public static ?Forkgate\User $user = null;
	    public static function on(): bool
	    {
	        return Forkgate\Client::default()->checkGate(self::$user ?? 'u', 'on');
	    }
	}
	Preloaded::on();
	END_PHP
	echo '<?php echo Preloaded::on() ? "on" : "off";' >"$DOCS/preloaded.php"
	FPM_OPTIONS="-d zend_extension=$opcache -d opcache.enable=1"
	FPM_OPTIONS="$FPM_OPTIONS -d opcache.preload=$DOCS/preload.php"
	! $as_root || FPM_OPTIONS="$FPM_OPTIONS -d opcache.preload_user=$USER_OF"
	begin_fpm
	expect "preloaded classes" on /preloaded.php
	change_seen "a change under opcache" 6
	load_begin opcache "/hit.php?tag=opcache"
	load_end opcache
	accounted "events under opcache" opcache
	end_fpm
	FPM_OPTIONS=
else
	skip opcache "it is not installed"
fi

# Rules that are mounted read-only, as in a container of its own.
pair="$ruleset=$ruleset"
if $as_root && unshare -m true 2>/dev/null; then
	cat >"$T/fpm-ro" <<-END_RO
	#!/bin/sh
	mount --bind "$STATE/rules" "$STATE/rules" &&
	    mount -o remount,bind,ro "$STATE/rules" &&
	    ! touch "$STATE/rules/x" 2>/dev/null && exec $fpm "\$@"
	END_RO
	printf '#!/bin/sh\nexec unshare -m %s "$@"\n' "$T/fpm-ro" >"$T/fpm-away"
	chmod 755 "$T/fpm-ro" "$T/fpm-away"
	plain_fpm=$fpm
	fpm=$T/fpm-away
	begin_fpm
	expect "read-only rules" "$pair" /pair.php
	expect "read-only rules, events" on "/hit.php?tag=readonly"
	accounted "events with read-only rules" readonly
	end_fpm
	fpm=$plain_fpm
else
	skip read-only "no mount namespace can be made"
fi

# The syncer is gone: the last rules stay, events wait.
begin_fpm
stop_syncer
expect "without a syncer" on "/hit.php?tag=waiting"
start_syncer
accounted "events that waited for a syncer" waiting
end_fpm

# Nothing is there when the master starts; its workers find it later.
stop_syncer
mv "$STATE" "$STATE.away"
begin_fpm
expect "before there is a state directory" off /hit.php
mv "$STATE.away" "$STATE"
if $as_root; then
	chmod 750 "$STATE"
	make_conf "reader_group = $(id -gn "$USER_OF")"
fi
start_syncer
within 10 sees "$ruleset"
verdict "a state directory that comes later" $? "$(get /pair.php)"
end_fpm
