--TEST--
Lists of names, and the fields that something looks at
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--FILE--
<?php
use Forkgate\Client;

$client = Client::default();
foreach (['FeatureGate', 'DynamicConfig', 'Experiment', 'Layer', 'ParameterStore', 'Autotune'] as $kind) {
    echo implode(' ', $client->{"get{$kind}List"}()), "\n";
}
echo "-\n";
echo implode(' ', $client->getFieldsNeededForDynamicConfig('shapes')), "\n";
var_dump($client->getFieldsNeededForGate('nope'), $client->getFieldsNeededForExperiment('colours'), $client->getFieldsNeededForLayer('page'));
var_dump((new Client('/nowhere/at/all'))->getLayerList());
?>
--EXPECT--
a_tenth everyone nested staging_only
limits shapes
colours
page
looks

-
size country
array(0) {
}
array(0) {
}
array(0) {
}
array(0) {
}
