--TEST--
Sticky values: a storage that dies of a fatal error, and what still runs after it
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--INI--
display_errors=0
log_errors=0
--FILE--
<?php
use Forkgate\{Client, StickyValues, User};
require __DIR__ . '/sticky.inc';

class Dying extends Memory
{
    public bool $dies = true;

    public function remove(string $key, string $name): void
    {
        parent::remove($key, $name);
        if ($this->dies) {
            trigger_error('it is over', E_USER_ERROR);
        }
    }
}

$storage = new Dying;
$client = client(rules('green'), $storage);
register_shutdown_function(function () use ($client, $storage): void {
    echo error_get_last()['type'] === E_USER_ERROR ? "fatal\n" : "something else\n";
    echo $storage->told(), "\n";
    $storage->dies = false;
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
