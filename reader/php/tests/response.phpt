--TEST--
A client's response, as text and decoded
--SKIPIF--
<?php require __DIR__ . '/skip.inc'; ?>
--FILE--
<?php
use Forkgate\{Client, ResponseFormat, ResponseHash};

$client = Client::default();
$text = $client->getClientInitializeResponse('ada', hash: ResponseHash::None);
$array = $client->getClientInitializeResponseArray('ada', hash: ResponseHash::None);
var_dump(is_string($text), json_decode($text, true) == $array, $array['feature_gates']['everyone']['value'], $array['has_updates']);
var_dump(array_keys($client->getClientInitializeResponseArray('ada', hash: ResponseHash::None, gates: ['everyone'], configs: [])['feature_gates']));
var_dump(isset($client->getClientInitializeResponseArray('ada')['feature_gates'][(string) djb2('everyone')]));
var_dump(strlen(array_key_first($client->getClientInitializeResponseArray('ada', hash: ResponseHash::Sha256)['feature_gates'])) > 40);
var_dump($client->getClientInitializeResponse('ada', format: ResponseFormat::InitV2) !== $text);
var_dump($client->getClientInitializeResponse('ada', 'client-unknown', refuseUnknownKey: true));
var_dump((new Client('/nowhere/at/all'))->getClientInitializeResponseArray('ada')['feature_gates'] ?? null);

function djb2(string $s): int
{
    $h = 0;
    foreach (str_split($s) as $c) {
        $h = ($h * 31 + ord($c)) & 0xffffffff;
    }
    return $h;
}
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
bool(true)
array(1) {
  [0]=>
  string(8) "everyone"
}
bool(true)
bool(true)
bool(true)
NULL
array(0) {
}
