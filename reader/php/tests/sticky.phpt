--TEST--
Sticky values: experiments and layers stay as they were, and what forgets them
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--FILE--
<?php
use Forkgate\{Client, StickyStorage, StickyValues, User};
require __DIR__ . '/sticky.inc';

$green = rules('green');
$blue = rules('blue', 'blue');
$gone = rules('gone', function (&$rules) {
    blue($rules);
    $rules['dynamic_configs']['colours']['isActive'] = false;
});
$storage = new Memory;
$before = client($green, $storage);
$after = client($blue, $storage);
$ada = new User('ada', customIDs: ['deviceID' => 'd1']);

echo "-- it stays\n";
$none = $before->loadSticky($ada);
var_dump($none->records, $none->isUnknown);
echo line($before->getExperiment($ada, 'colours', sticky: $none)), "\n", $storage->told(), "\n";
$known = $after->loadSticky($ada);
var_dump(array_keys($known->records), substr($known->records['colours'], 0, 4));
echo line($after->getExperiment($ada, 'colours', sticky: $known)), "\n", $storage->told(), "\n";
$result = $after->getExperiment('ada', 'colours', false, $known);
var_dump($result->details->version, $result->details->rulesTime, $result->getValue(), $result->isExperimentActive);
echo line($after->getExperiment('bao', 'colours', sticky: $after->loadSticky('bao'))), "\n", $storage->told(), "\n";

echo "-- of a layer\n";
echo line($before->getLayer($ada, 'page', sticky: $before->loadSticky($ada))), "\n", $storage->told(), "\n";
$layer = $after->getLayer($ada, 'page', sticky: $after->loadSticky($ada));
echo line($layer), ' ', $layer->allocatedExperiment, "\n", $storage->told(), "\n";

echo "-- of another ID type, and of a name that is a number\n";
echo line($before->getExperiment($ada, 'device', sticky: $before->loadSticky($ada, 'deviceID'))), "\n";
echo line($before->getExperiment($ada, '7', sticky: $before->loadSticky($ada, 'deviceID'))), "\n", $storage->told(), "\n";
$known = $after->loadSticky($ada, 'deviceID');
echo line($after->getExperiment($ada, 'device', sticky: $known)), "\n", line($after->getExperiment($ada, '7', sticky: $known)), "\n", $storage->told(), "\n";
var_dump($after->loadSticky('cleo', 'deviceID')->records, $after->loadSticky($ada, '')->isUnknown, $storage->told());

echo "-- unknown: nothing is used or told\n";
echo line($after->getExperiment($ada, 'colours', sticky: new StickyValues([], true))), ' [', $storage->told(), "]\n";
echo "-- records of one's own\n";
$own = new StickyValues($storage->all['ada:userID']);
echo line($after->getExperiment('somebody', 'colours', sticky: $own)), ' [', $storage->told(), "]\n";

echo "-- not active any more\n";
$kept = $storage->all;
echo line(client($gone, $storage)->getExperiment($ada, 'colours', sticky: $own)), "\n", $storage->told(), "\n";

echo "-- asked without\n";
foreach ([
    'getExperiment' => fn() => $after->getExperiment($ada, 'colours'),
    'getLayer' => fn() => $after->getLayer($ada, 'page'),
    'checkGate' => fn() => $after->checkGate($ada, 'asks'),
    'checkGates' => fn() => $after->checkGates($ada, ['asks', 'everyone', 'asks']),
    'getFeatureGate' => fn() => $after->getFeatureGate($ada, 'asks'),
    'getParameterStore' => fn() => $after->getParameterStore($ada, 'looks'),
    'a store' => fn() => $after->getParameterStore($ada, 'looks')->get('hue'),
    'a typed one' => fn() => $after->getParameterStore($ada, 'looks')->getInt('hue'),
    'getDynamicConfig' => fn() => $after->getDynamicConfig($ada, 'limits'),
    'manual' => fn() => $after->manuallyLogExperimentExposure($ada, 'colours'),
    'response' => fn() => $after->getClientInitializeResponse($ada),
    'a clone' => fn() => (clone $after)->getExperiment($ada, 'colours'),
    'no storage' => fn() => client($blue, null)->getExperiment($ada, 'colours', sticky: $own)->ruleID,
] as $what => $f) {
    $f();
    echo "$what: ", $storage->told() ?: 'nothing', "\n";
}
var_dump($storage->all === ['ada:userID' => [], 'bao:userID' => $kept['bao:userID'], 'd1:deviceID' => $kept['d1:deviceID']]);
var_dump(client($blue, null)->loadSticky('ada')->records, $after->status()->stickyFailed);
?>
--EXPECT--
-- it stays
array(0) {
}
bool(false)
green 2 group_green Green Bootstrap:Recognized
load ada:userID, save ada:userID colours
array(1) {
  [0]=>
  string(7) "colours"
}
string(4) "FGsv"
green 2 group_green Green Persisted
load ada:userID
NULL
int(1700000000001)
array(2) {
  ["colour"]=>
  string(5) "green"
  ["size"]=>
  int(2)
}
bool(true)
blue 4 group_blue Blue Bootstrap:Recognized
load bao:userID, save bao:userID colours
-- of a layer
green 2 group_green Green Bootstrap:Recognized
load ada:userID, save ada:userID page
green 2 group_green Green Persisted colours
load ada:userID
-- of another ID type, and of a name that is a number
green 2 group_green Green Bootstrap:Recognized
green 2 group_green Green Bootstrap:Recognized
load d1:deviceID, save d1:deviceID device, load d1:deviceID, save d1:deviceID 7
green 2 group_green Green Persisted
green 2 group_green Green Persisted
load d1:deviceID
array(0) {
}
bool(false)
string(0) ""
-- unknown: nothing is used or told
blue 4 group_blue Blue Bootstrap:Recognized []
-- records of one's own
green 2 group_green Green Persisted []
-- not active any more
blue 4 group_blue Blue Bootstrap:Recognized
remove ada:userID colours
-- asked without
getExperiment: remove ada:userID colours
getLayer: remove ada:userID page
checkGate: remove ada:userID colours
checkGates: remove ada:userID colours, remove ada:userID colours
getFeatureGate: remove ada:userID colours
getParameterStore: nothing
a store: remove ada:userID colours
a typed one: remove ada:userID colours, remove ada:userID colours
getDynamicConfig: nothing
manual: nothing
response: nothing
a clone: remove ada:userID colours
no storage: nothing
bool(true)
array(0) {
}
int(0)
