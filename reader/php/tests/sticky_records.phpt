--TEST--
Sticky values: records from what Statsig's SDKs keep, and back
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--FILE--
<?php
use Forkgate\{Client, StickyValues};
require __DIR__ . '/sticky.inc';

$storage = new Memory;
$client = client(rules('green'), $storage);
$kept = json_decode('{"value": true, "json_value": {"colour": "sticky", "size": 7, "deep": {"list": [1, 2.5, null, "ü"]}, "9": false},
    "rule_id": "old_rule", "group_name": "Old Group",
    "secondary_exposures": [{"gate": "holdout", "gateValue": "false", "ruleID": "default"}, {"gate": "g", "gateValue": "true", "ruleID": "r"}],
    "undelegated_secondary_exposures": [], "config_delegate": null, "explicit_parameters": ["colour"],
    "time": 1757974789243, "config_version": 12}', true);

$record = $client->encodeStickyRecord($kept);
$result = $client->getExperiment('ada', 'colours', sticky: new StickyValues(['colours' => $record]));
echo line($result), ' ', $result->details->rulesTime, ' ', $result->details->version, "\n";
echo json_encode($result->getValue(), JSON_UNESCAPED_UNICODE), json_encode($result->secondaryExposures), "\n";
$layer = $client->encodeStickyRecord(['config_delegate' => 'colours'] + $kept);
echo line($result = $client->getLayer('ada', 'page', sticky: new StickyValues(['page' => $layer]))), ' ', $result->allocatedExperiment, "\n";

$back = $client->decodeStickyRecord($record);
ksort($back['json_value']);
ksort($kept['json_value']);
var_dump($back === $kept, $client->encodeStickyRecord($back) === $record);
$client->getExperiment('bao', 'colours', sticky: new StickyValues);
$saved = $storage->all['bao:userID']['colours'];
echo json_encode($client->decodeStickyRecord($saved)), "\n";
var_dump($client->encodeStickyRecord($client->decodeStickyRecord($saved)) === $saved);

echo "-- as little as there can be\n";
$needed = ['value' => true, 'secondary_exposures' => [], 'time' => null];
$least = $client->decodeStickyRecord($client->encodeStickyRecord(['value' => false] + $needed));
echo json_encode($least), "\n";
foreach ([-1, 0, 0.5, 1.5e12, 1e30, NAN, 'text', [], true] as $time) {
    echo json_encode($client->decodeStickyRecord($client->encodeStickyRecord(['time' => $time] + $needed))['time']), ';';
}
echo "\n";

foreach (['text', 5, true, [], [1], new stdClass, null] as $value) {
    echo json_encode($client->decodeStickyRecord($client->encodeStickyRecord(['json_value' => $value] + $needed))['json_value']), ';';
}
echo "\n";

echo "-- what they do not keep\n";
foreach ([
    ['value' => 1],
    ['value' => null],
    ['rule_id' => 1],
    ['rule_id' => "a\0b"],
    ['group_name' => []],
    ['config_delegate' => 1.5],
    ['secondary_exposures' => 'text'],
    ['secondary_exposures' => ['text']],
    ['secondary_exposures' => null],
    ['secondary_exposures' => [['gate' => 1, 'gateValue' => 'true', 'ruleID' => 'r']]],
    ['secondary_exposures' => [['gate' => 'g', 'gateValue' => true, 'ruleID' => 'r']]],
    ['secondary_exposures' => [['gate' => 'g', 'gateValue' => 'true']]],
    ['undelegated_secondary_exposures' => [null]],
    ['explicit_parameters' => 'text'],
    ['explicit_parameters' => ['a', null]],
    ['config_version' => -1],
    ['config_version' => 1 << 32],
    ['config_version' => '1'],
    ['json_value' => ['x' => str_repeat('x', 1 << 20)]],
] as $odd) {
    $record = $client->encodeStickyRecord($odd + $needed);
    echo $record === null ? '.' : "\n" . json_encode($odd) . ' was taken' . "\n";
}
foreach (array_keys($needed) as $name) {
    var_dump($client->encodeStickyRecord(array_diff_key($needed, [$name => 1])));
}
echo thrown(fn() => $client->encodeStickyRecord(['json_value' => ['x' => NAN]] + $needed)), "\n";
echo thrown(fn() => $client->encodeStickyRecord(['json_value' => ['x' => STDIN]] + $needed)), "\n";
echo thrown(fn() => $client->encodeStickyRecord(['json_value' => new DateTimeImmutable('@0')] + $needed)), "\n";
var_dump($client->decodeStickyRecord(''), $client->decodeStickyRecord(substr($saved, 1)), $client->decodeStickyRecord(str_repeat("\xff", 100000)));

echo "-- code that runs meanwhile\n";
$rule = str_repeat('r', 100);
$list = ['colour'];
$value = ['x' => new class($client, $rule, $list) implements JsonSerializable {
    function __construct(private Client $client, private &$rule, private &$list) {}
    function jsonSerialize(): mixed
    {
        $this->rule = 'another';
        $this->list = [7];
        $GLOBALS['value'] = $this->list;
        $this->client->refresh();
        gc_collect_cycles();
        return ['y' => 1];
    }
}];
var_dump($client->encodeStickyRecord(['json_value' => &$value, 'rule_id' => &$rule, 'explicit_parameters' => &$list] + $needed));
$list = [];
var_dump(strlen($client->encodeStickyRecord(['rule_id' => &$rule] + $needed)) > 32);
?>
--EXPECT--
sticky 7 old_rule Old Group Persisted 1757974789243 12
{"9":false,"colour":"sticky","deep":{"list":[1,2.5,null,"ü"]},"size":7}[{"gate":"holdout","gateValue":"false","ruleID":"default"},{"gate":"g","gateValue":"true","ruleID":"r"}]
sticky 7 old_rule Old Group Persisted colours
bool(true)
bool(true)
{"value":true,"json_value":{"colour":"green","size":2},"rule_id":"group_green","group_name":"Green","secondary_exposures":[],"undelegated_secondary_exposures":null,"config_delegate":null,"explicit_parameters":["colour"],"time":1700000000001,"config_version":null}
bool(true)
-- as little as there can be
{"value":false,"json_value":[],"rule_id":"","group_name":null,"secondary_exposures":[],"undelegated_secondary_exposures":null,"config_delegate":null,"explicit_parameters":null,"time":null,"config_version":null}
-1;null;null;1500000000000;null;null;null;null;null;
[];[];[];[];[];[];[];
-- what they do not keep
...................NULL
NULL
NULL
ValueError: json_value: a number must be finite
TypeError: json_value: resource has no JSON shape
TypeError: json_value must be of type array, DateTimeImmutable given
NULL
NULL
NULL
-- code that runs meanwhile
NULL
bool(true)
