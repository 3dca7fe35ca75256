# lib_php: what the scripts about the PHP extension share, on top of lib.
#
#   $EXT   the extension that was built
#   $ACK   where pages write the events that they were told were taken
#   $TRIED where pages write the events that they are about to log
# shellcheck shell=sh
. "$(dirname "$0")/lib.sh"

[ -z "$SAN" ] || {
	skip "$(basename "$0" .sh)" "PHP itself is not built with a sanitizer"
	exit 0
}
EXT=$BUILD/php/forkgate.so
[ -f "$EXT" ] || {
	skip "$(basename "$0" .sh)" "the PHP extension is not built"
	exit 0
}
ACK=$W/log/acknowledged
TRIED=$W/log/tried
ruleset=1
touch "$ACK" "$TRIED"
chmod 666 "$ACK" "$TRIED"

# A page logs one event of its own, tagged as ?tag= says, and then ends as
# ?then= says.  What log_event() took is written down behind it.
cat >"$DOCS/hit.php" <<'END_PHP'
<?php
use Forkgate\{Client, User};

function log_one(User $user, string $tag): void
{
    $id = $tag . '-' . getmypid() . '-' . hrtime(true);
    file_put_contents($_SERVER['TRIED'], "$id\n", FILE_APPEND);
    if (Client::default()->logEvent($user, 'hit', $id)) {
        file_put_contents($_SERVER['ACK'], "$id\n", FILE_APPEND);
    }
}

$user = new User('u-' . getmypid());
$on = Client::default()->checkGate($user, 'on');
log_one($user, $_GET['tag'] ?? 'hit');
switch ($_GET['then'] ?? '') {
    case 'exit':
        exit('left');
    case 'fatal':
        no_such_function();
    case 'memory':
        $s = str_repeat('x', 1 << 40);
    case 'loop':
        for (;;) {
            log_one($user, $_GET['tag']);
            for ($i = 0; $i < 100000; $i++);
        }
    case 'sleep':
        sleep(30);
}
echo $on ? 'on' : 'off';
END_PHP

# What one rule says, to see a change.
cat >"$DOCS/pair.php" <<'END_PHP'
<?php
$pair = Forkgate\get_config('u', 'pair', false);
echo $pair === [] ? 'none' : $pair['a'] . '=' . $pair['b'];
END_PHP

# accounted NAME TAG: all that was acknowledged arrives, and nothing arrives that
# no page tried to log.
accounted() {
	grep "^$2-" "$ACK" | sort >"$T/acked"
	within 30 arrived "$2"
	events_of "$2" >"$EVENTS.seen"
	compare_events "$1" "$T/acked"
	grep "^$2-" "$TRIED" | sort -u >"$T/tried"
	sort -u "$EVENTS.seen" | comm -13 "$T/tried" - >"$T/foreign"
	[ ! -s "$T/foreign" ]
	verdict "$1: none from nowhere" $? "$(wc -l <"$T/foreign") were never logged"
}

# arrived TAG: nothing that is in $T/acked is missing.
arrived() {
	events_of "$1" | sort -u >"$T/here"
	[ -z "$(comm -23 "$T/acked" "$T/here" | head -n 1)" ]
}

# sees N: do all running workers that answer say ruleset N?  Every one of eight
# requests at once has to.
sees() {
	for i in 1 2 3 4 5 6 7 8; do
		get /pair.php >"$T/sees.$i" 2>/dev/null &
		asked="${asked-} $!"
	done
	# shellcheck disable=SC2086 # numbers
	wait $asked
	asked=
	for i in 1 2 3 4 5 6 7 8; do
		[ "$(cat "$T/sees.$i")" = "$1=$1" ] || return 1
	done
}

# change_seen NAME N: the Nth ruleset reaches the workers that run already.
change_seen() {
	ruleset=$2
	make_rules "$2"
	within 10 generation_is "$2" || give_up "$1" "no generation $2"
	started_at=$(date +%s%N)
	within 1 sees "$2"
	verdict "$1" $? "$(get /pair.php) a second after it was published"
	echo "# $1: seen at most $((($(date +%s%N) - started_at) / 1000000)) ms after it was published"
}
