<?php
// The document's text is in APCu and decoded for every request.
require __DIR__ . '/model.php';
$text = apcu_fetch('text');
if ($text === false) {
    $text = file_get_contents('@DOCUMENT@');
    apcu_store('text', $text);
}
model_page(json_decode($text, true));
