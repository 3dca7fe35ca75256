--TEST--
Overrides: for tests, when they are allowed
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--INI--
forkgate.allow_overrides=1
--FILE--
<?php
use Forkgate\{Client, OverrideKind};
require __DIR__ . '/host.inc';

$client = Client::default();
$client->overrideGate('everyone', false);
$client->overrideGate('everyone', true, 7);
$client->overrideGate('made up', true);
var_dump($client->checkGate('u', 'everyone'), $client->checkGate(7, 'everyone'), $client->getFeatureGate('u', 'made up')->details->reason);
$client->overrideDynamicConfig('limits', ['max' => 3, 'list' => [1], 'deep' => ['x' => null]]);
var_dump($client->getDynamicConfig('u', 'limits')->getValue());
$client->overrideExperiment('colours', ['colour' => 'blue'], 'u');
var_dump($client->getExperiment('u', 'colours')->get('colour'), $client->getExperiment('v', 'colours')->get('colour'));
$client->overrideExperimentByGroupName('colours', 'Green', 'u');
var_dump($client->getExperiment('u', 'colours')->get('colour'));
$client->overrideLayer('page', ['size' => 9]);
$client->overrideParameterStore('looks', ['box' => 'none']);
var_dump($client->getLayer('u', 'page')->getInt('size'), $client->getParameterStore('u', 'looks')->get('box'));
$client->removeOverride(OverrideKind::Gate, 'everyone', 7);
$client->removeOverride(OverrideKind::ParameterStore, 'looks');
var_dump($client->checkGate(7, 'everyone'), $client->getParameterStore('u', 'looks')->get('box'));
$client->removeAllOverrides();
var_dump($client->checkGate('u', 'everyone'), $client->checkGate('u', 'made up'));
/* Also where there is no syncer at all. */
$alone = new Client('/nowhere/at/all');
$alone->overrideGate('g', true);
var_dump($alone->checkGate('u', 'g'));
?>
--EXPECT--
bool(false)
bool(true)
string(24) "LocalOverride:Recognized"
array(3) {
  ["deep"]=>
  array(1) {
    ["x"]=>
    NULL
  }
  ["list"]=>
  array(1) {
    [0]=>
    int(1)
  }
  ["max"]=>
  int(3)
}
string(4) "blue"
string(5) "green"
string(5) "green"
int(9)
string(4) "none"
bool(false)
string(6) "medium"
bool(true)
bool(false)
bool(true)
