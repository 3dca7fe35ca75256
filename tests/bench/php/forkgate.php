<?php
// Ten gates of a user who was not seen before, each with its exposure.
$client = Forkgate\Client::default();
$user = new Forkgate\User(userID: 'u' . hrtime(true), email: 'ada@example.com', country: 'NZ');
$on = 0;
foreach (['@GATES@'] as $gate) {
    $on += (int) $client->checkGate($user, $gate);
}
echo 'ok ', $on;
