<?php
// The rules are a PHP file, kept in opcache's shared memory.
require __DIR__ . '/model.php';
model_page(require '@DOCUMENT@' . '.php');
