--TEST--
Sticky values: a storage that runs out of memory, and what still runs after it
--INI--
memory_limit=8M
display_errors=0
log_errors=0
--FILE--
<?php
use Forkgate\{Client, StickyValues, User};
require __DIR__ . '/sticky.inc';

class Greedy extends Memory
{
    public int $bytes = 64 << 20;

    public function remove(string $key, string $name): void
    {
        parent::remove($key, $name);
        str_repeat('x', $this->bytes);
    }
}

$storage = new Greedy;
$client = client(rules('green'), $storage);
register_shutdown_function(function () use ($client, $storage): void {
    echo error_get_last()['type'] === E_ERROR ? "fatal\n" : "something else\n";
    echo $storage->told(), "\n";
    $storage->bytes = 1;
    var_dump($client->checkGates('ada', ['everyone', 'asks']));
    echo $storage->told(), "\n";
    echo line($client->getExperiment('bao', 'colours', sticky: $client->loadSticky('bao'))), ' ', $storage->told(), "\n";
    var_dump($client->status()->stickyFailed);
});
$client->checkGates('ada', ['asks', 'asks', 'asks']);
echo "not reached\n";
?>
--EXPECT--
fatal
remove ada:userID colours
array(2) {
  ["everyone"]=>
  bool(true)
  ["asks"]=>
  bool(true)
}
remove ada:userID colours
green 2 group_green Green Bootstrap:Recognized load bao:userID, save bao:userID colours
int(0)
