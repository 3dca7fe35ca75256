--TEST--
Gates: by function, method and list, with reasons
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--FILE--
<?php
use Forkgate\{Client, Outcome, User};
use function Forkgate\check_gate;

$client = Client::default();
$user = new User('ada', custom: ['size' => 2000]);
var_dump(check_gate($user, 'nested'), check_gate('ada', 'nested'), check_gate('ada', 'everyone'));
var_dump(check_gate(['userID' => 'x', 'custom' => ['size' => 1e3]], 'nested'));
var_dump($client->checkGate($user, 'nope'));
var_dump($client->checkGates($user, ['everyone', 'nope', 'nested', '12']));

$gate = $client->getFeatureGate($user, 'nested');
var_dump($gate->name, $gate->value, $gate->ruleID, $gate->idType, $gate->secondaryExposures);
$details = $gate->details;
var_dump($details->reason, $details->outcome === Outcome::Recognized, $details->generation > 0,
    $details->rulesTime > 1700000000000, $details->receivedAt > $details->rulesTime,
    $details->ageMs >= 0 && $details->ageMs < 3600000, $details->version, $details->moved);
var_dump($client->getFeatureGate($user, 'everyone')->details->version);
var_dump($client->getFeatureGate($user, 'nope')->details->outcome);
?>
--EXPECT--
bool(true)
bool(false)
bool(true)
bool(true)
bool(false)
array(4) {
  ["everyone"]=>
  bool(true)
  ["nope"]=>
  bool(false)
  ["nested"]=>
  bool(true)
  [12]=>
  bool(false)
}
string(6) "nested"
bool(true)
string(11) "rule_nested"
string(6) "userID"
array(1) {
  [0]=>
  array(3) {
    ["gate"]=>
    string(8) "everyone"
    ["gateValue"]=>
    string(4) "true"
    ["ruleID"]=>
    string(8) "rule_all"
  }
}
string(18) "Network:Recognized"
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
int(3)
bool(false)
int(3)
enum(Forkgate\Outcome::Unrecognized)
