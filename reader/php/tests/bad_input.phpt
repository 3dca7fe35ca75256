--TEST--
Mistakes are told as TypeError and ValueError
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--FILE--
<?php
use Forkgate\{Client, User};
require __DIR__ . '/host.inc';

class Throws implements JsonSerializable {
    public function jsonSerialize(): mixed { throw new LogicException('from within'); }
}
class Itself implements JsonSerializable {
    public function jsonSerialize(): mixed { return [$this]; }
}
$client = Client::default();
$loop = [];
$loop['again'] = &$loop;
$deep = 1;
for ($i = 0; $i < 100; $i++) {
    $deep = [$deep];
}
foreach ([
    fn() => $client->checkGate(null, 'g'),
    fn() => $client->checkGate(1.5, 'g'),
    fn() => $client->checkGate(new stdClass, 'g'),
    fn() => $client->checkGate('u', "g\0"),
    fn() => $client->checkGate('u', []),
    fn() => $client->checkGates('u', [1]),
    fn() => $client->checkGate(['userID' => []], 'g'),
    fn() => $client->checkGate(['custom' => 'text'], 'g'),
    fn() => new User('u', custom: ['f' => fn() => 1]),
    fn() => new User('u', custom: ['f' => STDOUT]),
    fn() => new User('u', custom: ['x' => NAN]),
    fn() => new User('u', custom: $loop),
    fn() => new User('u', custom: [$deep]),
    fn() => new User('u', custom: [new Throws]),
    fn() => new User('u', custom: [new Itself]),
    fn() => new User('u', custom: [new ArrayObject]),
    fn() => $client->checkGate(['custom' => [new Throws]], 'g'),
    fn() => (new User('u'))->__construct('v'),
    fn() => serialize(new User('u')),
    fn() => clone $client->getLayer('u', 'page'),
    fn() => new Forkgate\Layer,
    fn() => $client->logEvent('u', 'e', []),
    fn() => $client->logEvent('u', 'e', INF),
    fn() => $client->logEvent('u', 'e', null, ['x' => fn() => 1]),
    fn() => $client->logEvent('u', 'e', str_repeat('x', 70000)),
    fn() => new Client('relative'),
    fn() => new Client(null, 'no/slash'),
    fn() => new Client(null, ''),
    fn() => $client->waitReady(-1),
    fn() => $client->getClientInitializeResponse('u', gates: ['a', 1]),
    fn() => $client->overrideGate('g', true),
] as $f) {
    echo thrown($f), "\n";
}
/* Enormous, but text. */
var_dump($client->checkGate(str_repeat('ü', 1 << 20), 'everyone'), $client->checkGate('u', str_repeat('g', 1 << 20)));
for ($i = 0; $i < 80 && !isset($e); $i++) {
    try {
        new Client("/nowhere/$i");
    } catch (Forkgate\Exception $e) {
        echo $e->getMessage(), "\n";
    }
}
?>
--EXPECT--
TypeError: Forkgate\Client::checkGate(): Argument #1 ($user) must be of type Forkgate\User|array|string|int, null given
TypeError: Forkgate\Client::checkGate(): Argument #1 ($user) must be of type Forkgate\User|array|string|int, float given
TypeError: Forkgate\Client::checkGate(): Argument #1 ($user) must be of type Forkgate\User|array|string|int, stdClass given
ValueError: Forkgate\Client::checkGate(): Argument #2 ($gate) must not contain any null bytes
TypeError: Forkgate\Client::checkGate(): Argument #2 ($gate) must be of type string, array given
TypeError: Forkgate\Client::checkGates(): Argument #2 ($gates) must be a list of strings, int is in it
TypeError: userID must be of type ?string, array given
TypeError: custom must be of type array, string given
TypeError: custom: Closure has no JSON shape
TypeError: custom: resource has no JSON shape
ValueError: custom: a number must be finite
ValueError: custom: nested over 60 deep, or within itself
ValueError: custom: nested over 60 deep, or within itself
LogicException: from within
ValueError: custom: nested over 60 deep, or within itself
TypeError: custom: ArrayObject has no JSON shape
LogicException: from within
Error: A Forkgate\User cannot be changed
Exception: Serialization of 'Forkgate\User' is not allowed
Error: Trying to clone an uncloneable object of class Forkgate\Layer
Error: Call to private Forkgate\Layer::__construct() from global scope
TypeError: Forkgate\Client::logEvent(): Argument #3 ($value) must be of type string|int|float|null, array given
ValueError: The event's value: a number must be finite
TypeError: metadata: Closure has no JSON shape
ValueError: Forkgate\Client::logEvent(): Argument #2 ($name) with value and metadata must be at most 60 KiB
ValueError: Forkgate\Client::__construct(): Argument #1 ($stateDir) must be an absolute path
ValueError: Forkgate\Client::__construct(): Argument #2 ($project) must be 1 to 63 of A-Z, a-z, 0-9, "_", "." and "-"
ValueError: Forkgate\Client::__construct(): Argument #2 ($project) must be 1 to 63 of A-Z, a-z, 0-9, "_", "." and "-"
ValueError: Forkgate\Client::waitReady(): Argument #1 ($timeoutMs) must be between 0 and 2147483647
TypeError: Forkgate\Client::getClientInitializeResponse(): Argument #12 ($gates) must be a list of strings, int is in it
Forkgate\Exception: Overrides are for tests: set forkgate.allow_overrides
bool(true)
bool(false)
Too many different clients in one process
