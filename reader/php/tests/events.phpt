--TEST--
Events: exposures once, without, manual ones, and the program's own
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--FILE--
<?php
use Forkgate\{Client, User};
require __DIR__ . '/host.inc';

$client = Client::default();
$me = 'event-' . getmypid();
$user = new User($me, custom: ['size' => 2000]);
$client->checkGate($user, 'nested');
$client->checkGate($user, 'nested');
$client->checkGate($user, 'everyone', exposure: false);
ini_set('forkgate.exposures', '0');
$client->checkGate($user, 'everyone');
ini_restore('forkgate.exposures');
$client->getDynamicConfig($user, 'limits');
$client->getExperiment($user, 'colours', false);
var_dump($client->manuallyLogExperimentExposure($user, 'colours'), $client->manuallyLogGateExposure($user, 'everyone'),
    $client->manuallyLogDynamicConfigExposure($user, 'shapes'), $client->manuallyLogLayerParameterExposure($user, 'page', 'size'));
var_dump($client->logEvent($user, 'bought', 12.5, ['what' => 'bread', 'n' => 3]), Forkgate\log_event($user, 'left', 'door'), Forkgate\log_event($user, 'idle'));
foreach (events_of($me) as $e) {
    echo $e['eventName'], ' ', $e['metadata']['gate'] ?? $e['metadata']['config'] ?? '-', ' ',
        $e['metadata']['isManualExposure'] ?? '-', ' ', json_encode($e['value'] ?? null), "\n";
}
echo json_encode(events_of($me)[6]['metadata']), "\n";
var_dump($client->status()->exposures, $client->status()->dropped, $client->flush());
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
statsig::gate_exposure nested - null
statsig::config_exposure limits - null
statsig::config_exposure colours true null
statsig::gate_exposure everyone true null
statsig::config_exposure shapes true null
statsig::layer_exposure page true null
bought - - 12.5
left - - "door"
idle - - null
{"what":"bread","n":3}
int(6)
int(0)
bool(true)
