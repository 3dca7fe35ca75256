<?php
// The document is read and decoded for every request.
require __DIR__ . '/model.php';
model_page(json_decode(file_get_contents('@DOCUMENT@'), true));
