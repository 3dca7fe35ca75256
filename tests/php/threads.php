<?php

// One request of many at once: all that the extension keeps for a request, a
// thread or the process is used, and what must hold in any of them is asked.
use Forkgate\{Client, Outcome, User};

$thread = (int) $argv[1];
$id = "thread-$thread-" . hrtime(true);

function must(bool $fact, string $what): void
{
    if (!$fact) {
        fwrite(STDERR, "request of thread $GLOBALS[thread]: $what\n");
        exit(1);
    }
}

$client = Client::default();
$generation = Forkgate\status()->generation;
for ($i = 0; $i < 20; $i++) {
    // A user of each form, which threads keep between checks.
    foreach (["u$thread", $thread, ['userID' => "u$i", 'custom' => ['n' => $i]], new User("u$i", custom: ['n' => $thread])] as $user) {
        must($client->checkGate($user, 'on'), 'a gate is off');
        must(!Forkgate\check_gate($user, 'off'), 'a gate is on');
    }
    $gate = $client->getFeatureGate("u$i", 'on');
    must($gate->value && $gate->details->outcome === Outcome::Recognized, 'a gate in full');
    // Both parameters are of one generation, whatever is published meanwhile.
    $pair = $client->getDynamicConfig(['userID' => "u$i"], 'pair');
    must($pair->getInt('a') > 0 && $pair->getInt('a') === $pair->getInt('b'), 'a torn config');
    must($client->getDynamicConfig("u$i", 'pair')->getValue() === $pair->getValue(), 'the generation changed within a request');
    must($client->getFeatureGate('u', "none-$i")->details->outcome === Outcome::Unrecognized, 'an unknown gate');
}
// Clients that threads open at the same time, once for all of them.
$tier = new Client(environment: 'tier' . $thread % 3);
must($tier->checkGate("u$thread", 'on'), 'a gate of another client');
must((new Client(project: 'none'))->checkGate('u', 'on') === false, 'a project that is not there');
must((new Client(snapshot: getenv('SNAPSHOT')))->checkGate('u', 'on'), 'a snapshot');
must(Forkgate\status()->generation >= $generation, 'the generation fell');
$client->refresh();
must($tier->logEvent(new User("u$thread"), 'hit', $id), 'an event was not taken');
file_put_contents(getenv('ACK'), "$id\n", FILE_APPEND);
