--TEST--
Layers and parameter stores: each parameter that is read is exposed
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--FILE--
<?php
use Forkgate\{Client, User};
use function Forkgate\get_layer_param;
require __DIR__ . '/host.inc';

$client = Client::default();
$exposed = fn(string $who) => array_map(
    fn($e) => $e['metadata']['parameterName'] ?? $e['eventName'],
    events_of($who)
);
$me = 'layer-' . getmypid();
$layer = $client->getLayer($me, 'page');
var_dump($layer->ruleID, $layer->groupName, $layer->allocatedExperiment, $layer->isUserInExperiment);
var_dump($exposed($me));
var_dump($layer->has('colour'), $layer->peek(), $layer->getParameterRuleID('colour'));
var_dump($layer->getInt('colour', 3), $layer->get('size', 'text'), $layer->get('nope', 1));
var_dump($exposed($me));
var_dump($layer->getString('colour'), $layer->getString('colour'), $layer->getInt('size'));
var_dump($exposed($me));

$other = "$me-b";
var_dump(get_layer_param($other, 'page', 'colour'), get_layer_param($other, 'page', 'size', 1.5), get_layer_param($other, 'nope', 'x', 'd'));
var_dump($exposed($other));
var_dump($client->getLayer("$me-c", 'page', exposure: false)->get('colour'), $exposed("$me-c"));

$store = $client->getParameterStore("$me-d", 'looks');
var_dump($store->name, $store->details->outcome->name);
var_dump($store->getString('box'), $store->get('shade'), $store->getString('show'), $store->getInt('box', 4), $store->get('nope', 'd'));
var_dump(count($exposed("$me-d")) > 0);
$kept = $client->getParameterStore(['userID' => "$me-e"], 'looks');
$client->checkGate('somebody else', 'everyone');
$client->refresh();
var_dump($kept->getString('shade'), count($exposed("$me-e")));
var_dump($client->getParameterStore("$me-f", 'looks')->getInt('shade', 4), $exposed("$me-f"));
var_dump($client->getParameterStore('x', 'nope')->get('box', 'd'));
?>
--EXPECT--
string(11) "group_green"
string(5) "Green"
string(7) "colours"
bool(true)
array(0) {
}
bool(true)
array(2) {
  ["colour"]=>
  string(5) "green"
  ["size"]=>
  int(2)
}
string(11) "group_green"
int(3)
string(4) "text"
int(1)
array(0) {
}
string(5) "green"
string(5) "green"
int(2)
array(2) {
  [0]=>
  string(6) "colour"
  [1]=>
  string(4) "size"
}
string(5) "green"
float(2)
string(1) "d"
array(2) {
  [0]=>
  string(6) "colour"
  [1]=>
  string(4) "size"
}
string(5) "green"
array(0) {
}
string(5) "looks"
string(10) "Recognized"
string(6) "medium"
string(5) "green"
string(3) "yes"
int(4)
string(1) "d"
bool(true)
string(5) "green"
int(1)
int(4)
array(0) {
}
string(1) "d"
