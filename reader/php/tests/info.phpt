--TEST--
phpinfo() and status() tell how the rules are; settings are the system's
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--INI--
forkgate.projects="other, /nowhere:third"
--FILE--
<?php
use Forkgate\Client;

ob_start();
phpinfo(INFO_MODULES);
$info = ob_get_clean();
foreach (['forkgate support => enabled', 'Rules => ready', 'Project => default', 'Configs => 3', 'forkgate.state_dir =>',
    'Another client => other of ' . getenv('FORKGATE_STATE_DIR') . ': there are no rules yet', 'Another client => third of /nowhere: there are no rules yet'] as $line) {
    echo str_contains($info, $line) ? rtrim(strtok($line, "/")) . "\n" : "missing: $line\n";
}
var_dump(preg_match('/^Generation => [1-9]/m', $info), preg_match('/^Received => \d+ s ago/m', $info));
$status = Forkgate\status();
var_dump($status->ready, $status->generation > 0, $status->stateDir === getenv('FORKGATE_STATE_DIR'), $status->project,
    $status->gates, $status->configs, $status->layers, $status->error, $status->heartbeatAgeMs >= 0);
var_dump(ini_set('forkgate.state_dir', '/tmp'), ini_set('forkgate.project', 'x'), ini_set('forkgate.exposures', '0'));
var_dump((new Client(project: 'other'))->status()->project, (new Client)->status()->generation === $status->generation);
$snapshot = new Client(snapshot: getenv('FORKGATE_TEST_SNAPSHOT'));
var_dump($snapshot->checkGate('u', 'everyone'), $snapshot->getFeatureGate('u', 'everyone')->details->outcome->name, $snapshot->logEvent('u', 'e'));
?>
--EXPECT--
forkgate support => enabled
Rules => ready
Project => default
Configs => 3
forkgate.state_dir =>
Another client => other of
Another client => third of
int(1)
int(1)
bool(true)
bool(true)
bool(true)
string(7) "default"
int(4)
int(3)
int(1)
NULL
bool(true)
bool(false)
bool(false)
string(1) "1"
string(5) "other"
bool(true)
bool(true)
string(10) "Recognized"
bool(true)
