<?php
// The decoded rules are in APCu and copied out for every request.
require __DIR__ . '/model.php';
$rules = apcu_fetch('rules');
if ($rules === false) {
    $rules = json_decode(file_get_contents('@DOCUMENT@'), true);
    apcu_store('rules', $rules);
}
model_page($rules);
