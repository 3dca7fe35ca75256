--TEST--
Children check and log with what their parent opened
--SKIPIF--
<?php
require __DIR__ . '/skip.inc';
if (!function_exists('pcntl_fork')) die('skip no pcntl');
?>
--FILE--
<?php
use Forkgate\{Client, User};
require __DIR__ . '/host.inc';

$client = Client::default();
$me = 'fork-' . getmypid();
$user = new User($me, custom: ['size' => 2000]);
$config = $client->getDynamicConfig($user, 'limits');
$client->logEvent($user, 'parent');
for ($i = 0; $i < 4; $i++) {
    $pid = pcntl_fork();
    if ($pid === 0) {
        $fine = $client->checkGate($user, 'nested') && $client->logEvent($user, "child $i")
            && $config->getFloat('ratio') === 1.5;
        exec('kill -' . ($fine ? 'KILL' : 'TERM') . ' ' . getmypid());
    }
    pcntl_waitpid($pid, $status);
    var_dump(pcntl_wtermsig($status) === SIGKILL);
}
$client->logEvent($user, 'parent again');
$names = array_map(fn($e) => $e['eventName'], events_of($me));
sort($names);
echo implode(', ', $names), "\n";
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
bool(true)
child 0, child 1, child 2, child 3, parent, parent again, statsig::config_exposure, statsig::gate_exposure, statsig::gate_exposure, statsig::gate_exposure, statsig::gate_exposure
