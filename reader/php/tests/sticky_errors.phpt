--TEST--
Sticky values: a storage that fails costs nothing but stickiness
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--FILE--
<?php
use Forkgate\{Client, StickyStorage, StickyValues, User};
require __DIR__ . '/sticky.inc';

/** Does in each method what it is told to. */
class Odd extends Memory
{
    public ?Closure $load = null, $save = null, $remove = null;

    public function load(string $key): array
    {
        $own = parent::load($key);
        return $this->load ? ($this->load)($own) : $own;
    }

    public function save(string $key, string $name, string $record): void
    {
        parent::save($key, $name, $record);
        $this->save && ($this->save)();
    }

    public function remove(string $key, string $name): void
    {
        parent::remove($key, $name);
        $this->remove && ($this->remove)();
    }
}

$log = error_lines();
$green = rules('green');
$blue = rules('blue', 'blue');
$odd = new Odd;
$client = client($blue, $odd);
$seen = 0;
/* The next request, as far as the log is concerned. */
$failed = function () use ($client, &$seen, $log, $odd): void {
    $now = $client->status()->stickyFailed;
    echo $odd->told(), '; ', $now - $seen, " failed\n", $log();
    $seen = $now;
    $client->refresh();
};
client($green, $odd)->getExperiment('ada', 'colours', sticky: new StickyValues);
$record = $odd->all['ada:userID']['colours'];
$odd->told();

echo "-- exceptions\n";
$odd->load = fn() => throw new RuntimeException("it is\0away");
$known = $client->loadSticky('ada');
var_dump($known->isUnknown, $known->records);
echo line($client->getExperiment('ada', 'colours', sticky: $known)), "\n";
var_dump($client->loadSticky('ada')->isUnknown);
$failed();
$odd->load = null;
$odd->save = $odd->remove = fn() => throw new Exception('full', previous: new LogicException);
echo line($client->getExperiment('bao', 'colours', sticky: new StickyValues)), "\n";
echo line($client->getExperiment('bao', 'colours')), "\n";
var_dump($client->checkGate('bao', 'asks'));
$failed();
var_dump($client->checkGates('bao', ['asks']));
$failed();
$odd->save = $odd->remove = fn() => no_such_function();
var_dump($client->getParameterStore('bao', 'looks')->get('hue'));
$failed();
$odd->save = $odd->remove = null;

echo "-- what load returns\n";
$values = function (callable $load) use ($client, $odd, $failed): void {
    $odd->load = $load;
    $known = $client->loadSticky('ada');
    $odd->load = null;
    echo $known->isUnknown ? 'unknown ' : '', json_encode(array_keys($known->records)), ' ';
    $odd->calls = [];
    echo line($client->getExperiment('ada', 'colours', true, $known)), "\n";
    $failed();
};
$values(fn() => null);
$values(fn() => 'text');
$values(fn() => new ArrayObject);
$values(fn() => ['colours' => $record]);
$values(fn() => ['colours' => &$record, 'x' => 'y']);
$values(fn() => ['colours' => 7, 'page' => $record, 3 => null, 'x' => [$record]]);
$values(fn() => ['colours' => new class { function __toString() { return 'r'; } }]);

echo "-- records\n";
foreach ([
    'empty' => '',
    'junk' => "\xff\0\x80junk",
    'cut' => substr($record, 0, -1),
    'longer' => "$record ",
    'one bit' => substr_replace($record, chr(ord($record[40]) ^ 1), 40, 1),
    'huge' => str_repeat('x', 3 << 20),
    'huge, with its magic' => str_pad(substr($record, 0, 8), 3 << 20, "\xff"),
    'newer' => substr($record, 0, 4) . "\2\0\0\0" . substr($record, 8),
    'whole' => $record,
] as $what => $bytes) {
    echo "$what: ";
    $values(fn() => ['colours' => $bytes]);
}
for ($i = 0; $i < strlen($record); $i++) {
    foreach ([0, 0x7f, 0xff] as $byte) {
        $client->getExperiment('ada', 'colours', sticky: new StickyValues(['colours' => substr_replace($record, chr($byte), $i, 1)]));
    }
}
$odd->calls = [];
var_dump($client->status()->stickyFailed > $seen);

echo "-- misuse\n";
echo thrown(fn() => new StickyValues(['a' => 'b', 'c' => 1])), "\n";
echo thrown(fn() => (new StickyValues)->__construct()), "\n";
echo thrown(fn() => $client->getExperiment('u', 'colours', sticky: [])), "\n";
echo thrown(fn() => $client->loadSticky('u', "a\0b")), "\n";
echo thrown(fn() => $client->loadSticky(new stdClass)), "\n";
echo thrown(fn() => new Client(sticky: new stdClass)), "\n";
echo thrown(fn() => serialize(new StickyValues)), "\n";
$bare = (new ReflectionClass(StickyValues::class))->newInstanceWithoutConstructor();
echo line($client->getExperiment('u', 'colours', sticky: $bare)), "\n";
echo line($client->getExperiment("nul\0in it", 'colours', sticky: new StickyValues)), "\n", str_replace("\0", '\0', $odd->told()), "\n";
?>
--EXPECT--
-- exceptions
bool(true)
array(0) {
}
blue 4 group_blue Blue Bootstrap:Recognized
bool(true)
load ada:userID, load ada:userID; 2 failed
forkgate: sticky storage: RuntimeException: it is
blue 4 group_blue Blue Bootstrap:Recognized
blue 4 group_blue Blue Bootstrap:Recognized
bool(false)
save bao:userID colours, remove bao:userID colours, remove bao:userID colours; 3 failed
forkgate: sticky storage: Exception: full
array(1) {
  ["asks"]=>
  bool(false)
}
remove bao:userID colours; 1 failed
forkgate: sticky storage: Exception: full
string(4) "blue"
remove bao:userID colours; 1 failed
forkgate: sticky storage: Error: Call to undefined function no_such_function()
-- what load returns
unknown [] blue 4 group_blue Blue Bootstrap:Recognized
; 1 failed
forkgate: sticky storage: TypeError: Odd::load(): Return value must be of type array, null returned
unknown [] blue 4 group_blue Blue Bootstrap:Recognized
; 1 failed
forkgate: sticky storage: TypeError: Odd::load(): Return value must be of type array, string returned
unknown [] blue 4 group_blue Blue Bootstrap:Recognized
; 1 failed
forkgate: sticky storage: TypeError: Odd::load(): Return value must be of type array, ArrayObject returned
["colours"] green 2 group_green Green Persisted
; 0 failed
(no line)
["colours","x"] green 2 group_green Green Persisted
; 0 failed
(no line)
["page"] blue 4 group_blue Blue Bootstrap:Recognized
save ada:userID colours; 3 failed
forkgate: sticky storage: a record is no string: int
[] blue 4 group_blue Blue Bootstrap:Recognized
save ada:userID colours; 1 failed
forkgate: sticky storage: a record is no string: class@anonymous
-- records
empty: ["colours"] blue 4 group_blue Blue Bootstrap:Recognized
save ada:userID colours; 1 failed
(no line)
junk: ["colours"] blue 4 group_blue Blue Bootstrap:Recognized
save ada:userID colours; 1 failed
(no line)
cut: ["colours"] blue 4 group_blue Blue Bootstrap:Recognized
save ada:userID colours; 1 failed
(no line)
longer: ["colours"] blue 4 group_blue Blue Bootstrap:Recognized
save ada:userID colours; 1 failed
(no line)
one bit: ["colours"] blue 4 group_blue Blue Bootstrap:Recognized
save ada:userID colours; 1 failed
(no line)
huge: ["colours"] blue 4 group_blue Blue Bootstrap:Recognized
save ada:userID colours; 1 failed
(no line)
huge, with its magic: ["colours"] blue 4 group_blue Blue Bootstrap:Recognized
save ada:userID colours; 1 failed
(no line)
newer: ["colours"] blue 4 group_blue Blue Bootstrap:Recognized
; 1 failed
(no line)
whole: ["colours"] green 2 group_green Green Persisted
; 0 failed
(no line)
bool(true)
-- misuse
TypeError: Forkgate\StickyValues::__construct(): Argument #1 ($records) must be an array of strings, int is in it
Error: Cannot construct it again
TypeError: Forkgate\Client::getExperiment(): Argument #4 ($sticky) must be of type ?Forkgate\StickyValues, array given
ValueError: Forkgate\Client::loadSticky(): Argument #2 ($idType) must not contain any null bytes
TypeError: Forkgate\Client::loadSticky(): Argument #1 ($user) must be of type Forkgate\User|array|string|int, stdClass given
TypeError: Forkgate\Client::__construct(): Argument #5 ($sticky) must be of type ?Forkgate\StickyStorage, stdClass given
Exception: Serialization of 'Forkgate\StickyValues' is not allowed
blue 4 group_blue Blue Bootstrap:Recognized
blue 4 group_blue Blue Bootstrap:Recognized

