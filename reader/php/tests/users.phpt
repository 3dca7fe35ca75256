--TEST--
Users: from arguments, arrays and objects; values of all kinds
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--FILE--
<?php
use Forkgate\{Client, User};
require __DIR__ . '/host.inc';

enum Size: int { case Big = 2000; }
class Text { public function __toString(): string { return 'a text'; } }
class Shape implements JsonSerializable { public function jsonSerialize(): mixed { return ['size' => 2000]; } }

$client = Client::default();
$user = new User(42, country: 'NZ', custom: ['size' => Size::Big], customIDs: ['companyID' => 7], privateAttributes: ['secret' => 1]);
var_dump($user->userID, $user->email, $user->custom, $client->checkGate($user, 'nested'));
echo json_encode($user), "\n";
foreach ([
    ['userID' => 'a', 'custom' => ['size' => 2000]],
    ['user_id' => 'a', 'custom' => (object) ['size' => 2000], 'nobody knows' => 1],
    ['userId' => new Text, 'custom' => new Shape],
    ['userID' => 1.5, 'custom' => ['size' => '2000']],
    ['custom' => ['size' => [2000]]],
    ['userID' => null, 'private_attributes' => ['size' => 2000]],
    [],
] as $array) {
    $answers[] = json_encode($client->checkGate($array, 'nested'));
}
echo implode(' ', $answers), "\n";
$object = (object) ['userID' => 'o', 'custom' => ['size' => 3000]];
var_dump($client->checkGate(User::fromObject($object), 'nested'));
class Row { public $userID = 'r'; public $custom = ['size' => 3000]; private $email = 'e'; }
var_dump(User::fromObject(new Row)->jsonSerialize(), $client->checkGate(clone User::fromObject(new Row), 'nested'));

/* One array, changed between checks: each check sees what it is then. */
$array = ['userID' => 'a', 'custom' => ['size' => 1]];
$seen = [];
for ($i = 0; $i < 3; $i++) {
    $seen[] = $client->checkGate($array, 'nested');
    $array['custom']['size'] = $i === 0 ? 5000 : 2;
}
var_dump($seen);
$size = 1;
$array = ['userID' => 'a', 'custom' => ['size' => &$size]];
var_dump($client->checkGate($array, 'nested'));
$size = 5000;
var_dump($client->checkGate($array, 'nested'));
$object = (object) ['size' => 1];
$array = ['userID' => 'a', 'custom' => $object];
var_dump($client->checkGate($array, 'nested'));
$object->size = 5000;
var_dump($client->checkGate($array, 'nested'));

/* Nothing of a user is left to the next one. */
unset($user, $answers);
$agent = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1';
for ($i = 0; $i < 3; $i++) {
    $other = new User("other-$i-" . getmypid(), str_repeat('e', 100000), '1.2.3.4', $agent, 'NZ', 'en', '1.2',
        ['size' => 2000], ['stableID' => 's'], ['p' => 'q'], ['tier' => 'development']);
    $a = $client->checkGate($other, 'nested');
    unset($other);
    $bare = new User("bare-$i-" . getmypid());
    echo json_encode([$a, $client->checkGate($bare, 'nested')]);
    $client->logEvent($bare, 'bare');
    $client->logEvent(['userID' => "array-$i-" . getmypid()], 'bare');
    unset($bare);
    foreach (['bare', 'array'] as $who) {
        foreach (events_of("$who-$i-" . getmypid()) as $event) {
            echo ' ', json_encode($event['user']);
        }
    }
    echo "\n";
}

/* What an event says of a user. */
$me = 'user-' . getmypid();
$client->logEvent(new User($me, custom: ['when' => new DateTime('2026-01-02T03:04:05Z'), 'list' => ['a', 1], 'bad' => "\xff", 'n' => null],
    privateAttributes: ['secret' => 'x'], environment: ['tier' => 'development']), 'seen');
echo json_encode(events_of($me)[0]['user']), "\n";
?>
--EXPECTF--
string(2) "42"
NULL
array(1) {
  ["size"]=>
  enum(Size::Big)
}
bool(true)
{"userID":"42","country":"NZ","custom":{"size":2000},"customIDs":{"companyID":7}}
true true true true false true false
bool(true)
array(2) {
  ["userID"]=>
  string(1) "r"
  ["custom"]=>
  array(1) {
    ["size"]=>
    int(3000)
  }
}
bool(true)
array(3) {
  [0]=>
  bool(false)
  [1]=>
  bool(true)
  [2]=>
  bool(false)
}
bool(false)
bool(true)
bool(false)
bool(true)
[true,false] {"userID":"bare-0-%d","statsigEnvironment":{"tier":"staging"}} {"userID":"bare-0-%d","statsigEnvironment":{"tier":"staging"}} {"userID":"array-0-%d","statsigEnvironment":{"tier":"staging"}}
[true,false] {"userID":"bare-1-%d","statsigEnvironment":{"tier":"staging"}} {"userID":"bare-1-%d","statsigEnvironment":{"tier":"staging"}} {"userID":"array-1-%d","statsigEnvironment":{"tier":"staging"}}
[true,false] {"userID":"bare-2-%d","statsigEnvironment":{"tier":"staging"}} {"userID":"bare-2-%d","statsigEnvironment":{"tier":"staging"}} {"userID":"array-2-%d","statsigEnvironment":{"tier":"staging"}}
{"userID":"user-%d","custom":{"when":"2026-01-02T03:04:05.000+00:00","list":["a",1],"bad":"\ufffd","n":null},"statsigEnvironment":{"tier":"development"}}

