<?php
// Every gate, for the memory that a worker comes to; held for a moment, so that
// all workers get a request.
$client = Forkgate\Client::default();
$user = new Forkgate\User(userID: 'u' . getmypid(), email: 'ada@example.com', country: 'NZ');
foreach (['@ALL_GATES@'] as $gate) {
    $client->checkGate($user, $gate);
}
usleep(30000);
echo getmypid();
