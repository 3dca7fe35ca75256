--TEST--
Sticky values: a storage that ends the program, and what still runs after it
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--FILE--
<?php
use Forkgate\{Client, StickyValues, User};
require __DIR__ . '/sticky.inc';

class Ending extends Memory
{
    public function save(string $key, string $name, string $record): void
    {
        parent::save($key, $name, $record);
        exit("exit\n");
    }
}

/** Asks when it goes, with the storage. */
final class Late
{
    public function __construct(private Client $client, private Memory $storage)
    {
    }

    public function __destruct()
    {
        $this->client->getExperiment('late', 'colours');
        echo 'destructor: ', $this->storage->told(), "\n";
    }
}

$storage = new Ending;
$client = client(rules('green'), $storage);
$late = new Late($client, $storage);
register_shutdown_function(function () use ($client, $storage): void {
    echo 'shutdown function: ', $storage->told(), "\n";
    echo line($client->getExperiment('ada', 'colours', sticky: $client->loadSticky('ada'))), ' ', $storage->told(), "\n";
    var_dump($client->status()->stickyFailed);
});
try {
    $client->getExperiment('ada', 'colours', sticky: new StickyValues);
} catch (Throwable $e) {
    echo get_class($e), "\n";
} finally {
    echo "finally\n";
}
echo "not reached\n";
?>
--EXPECT--
exit
shutdown function: save ada:userID colours
green 2 group_green Green Persisted load ada:userID
int(0)
destructor: remove late:userID colours
