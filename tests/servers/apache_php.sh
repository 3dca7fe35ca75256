#!/bin/sh
# Goal: PHP inside Apache's own workers, beside mod_forkgate: both answer alike and
# follow the rules, and no event is lost over restarts, kills and fatal errors.
# $MOD_PHP is Apache's PHP module; one for threads is tested with threads.
. "$(dirname "$0")/lib_php.sh"
need apache2 apxs ab
mod_php=${MOD_PHP:-$(find "$(apxs -q LIBEXECDIR)" -name 'libphp*.so' | tail -n 1)}
[ -n "$mod_php" ] || {
	skip apache-php "Apache's PHP module is not installed"
	exit 0
}

start_host "reader_group = $(id -gn "$USER_OF")"
mkdir "$W/ini"
cat >"$W/ini/php.ini" <<END_INI
extension = $EXT
forkgate.state_dir = $STATE
display_errors = 0
END_INI
cat >"$DOCS/both.php" <<'END_PHP'
<?php
echo Forkgate\check_gate('u', 'on', false) ? 'on' : 'off', ' ', $_SERVER['GATE_ON'] ?? 'unset', ' ',
    Forkgate\get_config('u', 'pair', false)['a'], ' ', $_SERVER['PAIR_A'] ?? 'unset';
END_PHP
both=
[ ! -f "$BUILD/mod_forkgate.so" ] || both="LoadModule forkgate_module $BUILD/mod_forkgate.so
ForkgateStateDir $STATE
ForkgateUser userID u
ForkgateExposures off
ForkgateEnv GATE_ON gate on
ForkgateEnv PAIR_A config pair/a"
mpm=prefork
! nm -D "$mod_php" | grep -q ' tsrm_startup$' || mpm=event
start_apache $mpm <<END_CONF
$(modules setenvif)
LoadModule php_module $mod_php
PHPINIDir $W/ini
<FilesMatch "\.php\$">
SetHandler application/x-httpd-php
</FilesMatch>
SetEnv ACK $ACK
SetEnv TRIED $TRIED
$both
END_CONF

expect "a gate" on /hit.php
expect "a config" "1=1" /pair.php
if [ -n "$both" ]; then
	expect "beside mod_forkgate" "on 1 1 1" /both.php
else
	skip "beside mod_forkgate" "it is not built"
fi
change_seen "a change" 2
[ -z "$both" ] || expect "both after a change" "on 1 2 2" /both.php

load_begin graceful "/hit.php?tag=graceful"
for i in 1 2 3; do
	graceful_restart || not_ok restart "it does not come back"
	load_goes_on
done
load_end graceful
# With threads Apache resets a few connections then, whatever PHP has loaded.
[ "$failures" = 0 ] || { [ $mpm = event ] && [ "$failures" -lt 20 ]; }
verdict "graceful restarts under load" $? "$failures of $requests requests failed"
accounted "events over graceful restarts" graceful
change_seen "a change after restarts" 3
[ -z "$both" ] || expect "both after restarts" "on 1 3 3" /both.php

load_begin kill "/hit.php?tag=kill"
for i in 1 2 3 4 5 6 7 8 9 10; do
	pkill -KILL -n -P "$apache_pid"
	answered=$(wc -l <"$W/log/access")
	within 20 answered_more 30 || not_ok kills "hardly a request is answered"
done
load_end kill
accounted "events of killed workers" kill

load_begin fatal "/hit.php?tag=fatal&then=fatal"
load_end fatal
accounted "events of pages that end by a fatal error" fatal
expect "workers go on" on /hit.php
stop_server "$apache_pid" TERM
verdict "it ends" $? "status $?"
