--TEST--
A request sees one generation until it refreshes; the command line renews
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--INI--
forkgate.max_session_ms=0
--FILE--
<?php
use Forkgate\Client;
require __DIR__ . '/host.inc';

$client = Client::default();
$before = $client->getDynamicConfig('u', 'limits');
$seen = $before->details->generation;
$now = 1700000000000 + (int) (microtime(true) * 10) % 100000000000;
publish($now, function (&$rules) { $rules['dynamic_configs']['limits']['defaultValue'] = ['max' => 77]; });
$same = $client->getDynamicConfig('u', 'limits');
var_dump($same->getInt('max'), $same->details->generation === $seen);
var_dump(Forkgate\refresh(), $client->refresh());
$after = $client->getDynamicConfig('u', 'limits');
var_dump($after->getInt('max'), $after->details->generation > $seen, $after->details->rulesTime === $now);
var_dump($before->getInt('max'), $before->getValue());

/* Without anybody holding on to a result, and by itself. */
ini_set('forkgate.max_session_ms', '50');
unset($before, $same, $after);
$client->refresh();
publish($now + 1, function (&$rules) { $rules['dynamic_configs']['limits']['defaultValue'] = ['max' => 1]; });
$until = hrtime(true) + 10e9;
while ($client->getDynamicConfig('u', 'limits')->getInt('max') !== 1 && hrtime(true) < $until) {
    usleep(1000);
}
var_dump($client->getDynamicConfig('u', 'limits')->getInt('max'));
?>
--EXPECT--
int(1)
bool(true)
bool(true)
bool(false)
int(77)
bool(true)
bool(true)
int(1)
array(1) {
  ["max"]=>
  int(1)
}
int(1)
