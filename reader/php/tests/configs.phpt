--TEST--
Configs and experiments: values as PHP has them, typed getters, JSON
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--FILE--
<?php
use Forkgate\{Client, User};
require __DIR__ . '/host.inc';

$client = Client::default();
$user = new User('ada', custom: ['size' => 2000]);
$config = $client->getDynamicConfig($user, 'shapes');
$value = $config->getValue();
ksort($value);
var_dump($value === [
    'big' => 18446744073709551615.0, 'deep' => [[[['x' => null]]]], 'empty' => [], 'escaped' => "a\"\u{1F600}\0b",
    'false' => false, 'int' => -7, 'list' => [1, 2.5, 'three'], 'max' => PHP_INT_MAX, 'none' => null,
    'nothing' => [], 'one' => 1.0, 'text' => 'ü',
]);
var_dump($config->getInt('int'), $config->getInt('one', 5), $config->getInt('big', 5), $config->getInt('max') === PHP_INT_MAX);
var_dump($config->getFloat('int'), $config->getFloat('one'), $config->getFloat('big'), $config->getFloat('text', 0.5));
var_dump($config->getString('text'), $config->getString('int', 'no'), $config->getString('escaped') === "a\"\u{1F600}\0b");
var_dump($config->getBool('false', true), $config->getBool('int', true));
var_dump($config->getArray('list'), $config->getArray('text', ['d']), $config->getArray('nothing', ['d']));
var_dump($config->get('none', 'd'), $config->get('none'), $config->get('int', 1.5), $config->get('int', 'd'), $config->get("int\0", 'd'));
var_dump($config->has('none'), $config->has('nope'), $config->has("none\0"));
var_dump($config->ruleID, $config->getJson()[0]);
echo json_encode($client->getDynamicConfig($user, 'nope')), "\n";
var_dump($client->getDynamicConfig($user, 'nope')->getJson(), Forkgate\get_config($user, 'nope'));

$experiment = $client->getExperiment('ada', 'colours');
var_dump($experiment->groupName, $experiment->isExperimentActive, $experiment->isUserInExperiment, $experiment->get('colour'));
var_dump(Forkgate\get_experiment('ada', 'colours'));
$green = $client->getExperimentByGroupName('colours', 'Green');
var_dump($green->groupName, $green->getString('colour'), $client->getExperimentByGroupName('colours', 'Red')->details->outcome);
$groups = $client->getExperimentGroups('colours');
var_dump(count($groups->groups), $groups->groups[0]->getInt('size'), $groups->isActive, $client->getExperimentGroups('nope')->isActive);

/* Results outlive a refresh. */
$client->refresh();
unset($client);
var_dump($green->getString('colour'), $groups->groups[0]->getValue());
?>
--EXPECT--
bool(true)
int(-7)
int(5)
int(5)
bool(true)
float(-7)
float(1)
float(1.8446744073709552E+19)
float(0.5)
string(2) "ü"
string(2) "no"
bool(true)
bool(false)
bool(true)
array(3) {
  [0]=>
  int(1)
  [1]=>
  float(2.5)
  [2]=>
  string(5) "three"
}
array(1) {
  [0]=>
  string(1) "d"
}
array(0) {
}
string(1) "d"
NULL
float(-7)
string(1) "d"
string(1) "d"
bool(true)
bool(false)
bool(false)
string(8) "rule_all"
string(1) "{"
{}
string(2) "{}"
array(0) {
}
string(5) "Green"
bool(true)
bool(true)
string(5) "green"
array(2) {
  ["colour"]=>
  string(5) "green"
  ["size"]=>
  int(2)
}
string(5) "Green"
string(5) "green"
enum(Forkgate\Outcome::Unrecognized)
int(1)
int(2)
bool(true)
NULL
string(5) "green"
array(2) {
  ["colour"]=>
  string(5) "green"
  ["size"]=>
  int(2)
}
