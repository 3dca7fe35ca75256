--TEST--
Sticky values: a storage that asks its own client, and other code that runs meanwhile
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--FILE--
<?php
use Forkgate\{Client, StickyValues, User};
require __DIR__ . '/sticky.inc';

/** Runs something in each method. */
class Busy extends Memory
{
    public ?Closure $within = null;
    public int $depth = 0;

    public function load(string $key): array
    {
        $this->run();
        return parent::load($key);
    }

    public function save(string $key, string $name, string $record): void
    {
        $this->run();
        parent::save($key, $name, $record);
    }

    public function remove(string $key, string $name): void
    {
        $this->run();
        parent::remove($key, $name);
    }

    private function run(): void
    {
        $this->depth++;
        $this->within && ($this->within)();
        $this->depth--;
    }
}

$green = rules('green');
$busy = new Busy;
$client = client($green, $busy);
$ada = new User('ada');
$all = function () use ($client, $ada, $busy): void {
    echo line($client->getExperiment($ada, 'colours', sticky: $client->loadSticky($ada))), ' ', $busy->told(), "\n";
    echo line($client->getLayer($ada, 'page', sticky: new StickyValues)), ' ', $busy->told(), "\n";
    var_dump($client->checkGate($ada, 'asks'));
    echo $client->getParameterStore($ada, 'looks')->getString('hue'), ' ', $busy->told(), "\n";
};

echo "-- asks the same\n";
$busy->within = function () use ($client, $ada, $busy): void {
    if ($busy->depth > 1) {
        echo "it ran within itself\n";
    }
    $known = $client->loadSticky($ada);
    var_dump($known->isUnknown);
    $client->getExperiment($ada, 'colours', sticky: $known);
    $client->getExperiment($ada, 'colours');
    $client->checkGates($ada, ['asks', 'everyone']);
    $client->getParameterStore($ada, 'looks')->get('hue');
    (clone $client)->getLayer($ada, 'page');
};
$all();

echo "-- refreshes\n";
$busy->within = function () use ($client): void {
    $client->refresh();
    gc_collect_cycles();
};
$all();

echo "-- and another client, with a storage of its own that asks the first\n";
$other = new Busy;
$second = client($green, $other);
$busy->within = fn() => $second->getExperiment('bao', 'colours');
$other->within = fn() => $client->getExperiment('cleo', 'colours');
$client->getExperiment($ada, 'colours');
echo $busy->told(), '; ', $other->told(), "\n";
$second->getExperiment($ada, 'colours');
echo $busy->told(), '; ', $other->told(), "\n";
$other->within = null;

echo "-- a service that is its own storage\n";
$service = new class extends Memory {
    public Client $client;

    public function serve(string $who): string
    {
        return line($this->client->getExperiment($who, 'colours', sticky: $this->client->loadSticky($who)));
    }
};
$service->client = client($green, $service);
echo $service->serve('ada'), ', ', $service->serve('ada'), ' ', $service->told(), "\n";

echo "-- loses its client\n";
$lost = new Busy;
$only = client($green, $lost);
$lost->within = function () use (&$only): void {
    $only = null;
};
echo line($only->getExperiment($ada, 'colours', sticky: new StickyValues)), ' ', $lost->told(), "\n";
$only = client($green, $lost);
$store = $only->getParameterStore($ada, 'looks');
$lost->within = function () use (&$only, &$store): void {
    $only = $store = null;
};
var_dump($store->get('hue'));
echo $lost->told(), "\n";

echo "-- constructed again, with another storage\n";
$first = new Memory;
$then = new Memory;
$client = client($green, $first);
$client->getExperiment($ada, 'colours');
$client->__construct(snapshot: $green, sticky: $then);
$client->getExperiment($ada, 'colours');
$client->__construct(snapshot: $green);
$client->getExperiment($ada, 'colours');
echo $first->told(), '; ', $then->told(), "\n";
$client->__construct(snapshot: $green, sticky: new Memory);
$user = ['userID' => new class($client, $green) {
    function __construct(private Client $client, private string $green) {}
    function __toString(): string
    {
        $this->client->__construct(snapshot: $this->green, sticky: $GLOBALS['then']);
        return 'x';
    }
}];
var_dump($client->loadSticky($user)->isUnknown);
echo $then->told(), "\n";

echo "-- fibers\n";
$slow = new Busy;
$client = client($green, $slow);
$slow->within = fn() => Fiber::suspend();
$fibers = [];
foreach (['ada', 'bao', 'cleo'] as $who) {
    $fibers[] = $fiber = new Fiber(fn() => print(line($client->getExperiment($who, 'colours', sticky: $client->loadSticky($who))) . "\n"));
    $fiber->start();
}
while ($fibers) {
    foreach ($fibers as $i => $fiber) {
        $fiber->resume();
        if ($fiber->isTerminated()) {
            unset($fibers[$i]);
        }
    }
}
echo $slow->told(), "\n";
$fiber = new Fiber(fn() => $client->getExperiment('dan', 'colours'));
$fiber->start();
unset($fiber);
gc_collect_cycles();
echo '[', $slow->told(), "]\n";

echo "-- cycles\n";
$freed = 0;
for ($i = 0; $i < 3; $i++) {
    $storage = new class extends Memory {
        public $client;
        public $store;
        function __destruct() { $GLOBALS['freed']++; }
    };
    $storage->client = client($green, $storage);
    $storage->store = $storage->client->getParameterStore('u', 'looks');
}
unset($storage);
gc_collect_cycles();
var_dump($freed);
?>
--EXPECT--
-- asks the same
bool(true)
bool(true)
green 2 group_green Green Bootstrap:Recognized load ada:userID, save ada:userID colours
bool(true)
green 2 group_green Green Bootstrap:Recognized save ada:userID page
bool(true)
bool(true)
bool(true)
bool(true)
green remove ada:userID colours, remove ada:userID colours, remove ada:userID colours
-- refreshes
green 2 group_green Green Bootstrap:Recognized load ada:userID, save ada:userID colours
green 2 group_green Green Bootstrap:Recognized save ada:userID page
bool(true)
green remove ada:userID colours, remove ada:userID colours, remove ada:userID colours
-- and another client, with a storage of its own that asks the first
remove ada:userID colours; remove bao:userID colours
remove cleo:userID colours; remove ada:userID colours
-- a service that is its own storage
green 2 group_green Green Bootstrap:Recognized, green 2 group_green Green Persisted load ada:userID, save ada:userID colours, load ada:userID
-- loses its client
green 2 group_green Green Bootstrap:Recognized save ada:userID colours
string(5) "green"
remove ada:userID colours
-- constructed again, with another storage
remove ada:userID colours; remove ada:userID colours
bool(false)
load x:userID
-- fibers
green 2 group_green Green Bootstrap:Recognized
green 2 group_green Green Bootstrap:Recognized
green 2 group_green Green Bootstrap:Recognized
load ada:userID, load bao:userID, load cleo:userID, save ada:userID colours, save bao:userID colours, save cleo:userID colours
[]
-- cycles
int(3)
