--TEST--
Without a state directory, or switched off, everything has its default
--FILE--
<?php
use Forkgate\{Client, Outcome};

function look(Client $client): void
{
    var_dump($client->checkGate('u', 'everyone'), $client->checkGates('u', ['a']));
    var_dump($client->getFeatureGate('u', 'g')->details->outcome === Outcome::NoValues);
    var_dump($client->getDynamicConfig('u', 'c')->get('x', 'd'), $client->getExperiment('u', 'e')->getValue());
    var_dump($client->getLayer('u', 'l')->get('x', 'd'), $client->getLayer('u', 'l')->peek(), $client->getLayer('u', 'l')->details->generation);
    var_dump($client->getParameterStore('u', 's')->getInt('x', 4));
    var_dump($client->getExperimentGroups('e')->groups, $client->getExperimentByGroupName('e', 'g')->groupName);
    var_dump($client->logEvent('u', 'e'), $client->waitReady(), $client->refresh());
    var_dump($client->status()->ready, $client->status()->error);
}

look(new Client('/nowhere/at/all'));
passthru(PHP_BINARY . ' -n -d extension=' . escapeshellarg(getenv('FORKGATE_TEST_SO') ?: __DIR__ . '/../modules/forkgate.so')
    . ' -d forkgate.enabled=0 -r ' . escapeshellarg('
    $c = Forkgate\Client::default();
    var_dump($c->checkGate("u", "everyone"), $c->getDynamicConfig("u", "c")->get("x", "d"), $c->getLayer("u", "l")->get("x", 5),
        $c->getParameterStore("u", "s")->get("x"), Forkgate\get_config("u", "c"), Forkgate\get_layer_param("u", "l", "p", 6),
        $c->getClientInitializeResponse("u"), $c->logEvent("u", "e"), $c->getFeatureGate("u", "g")->details->reason, $c->status()->error);'));
?>
--EXPECT--
bool(false)
array(1) {
  ["a"]=>
  bool(false)
}
bool(true)
string(1) "d"
array(0) {
}
string(1) "d"
array(0) {
}
int(0)
int(4)
array(0) {
}
NULL
bool(false)
bool(false)
bool(false)
bool(false)
string(22) "there are no rules yet"
bool(false)
string(1) "d"
int(5)
NULL
array(0) {
}
int(6)
NULL
bool(false)
string(8) "NoValues"
string(32) "switched off by forkgate.enabled"
