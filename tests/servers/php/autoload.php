<?php

// What the programs of this folder share.

/** Classes of that prefix, from a folder of reader/php. */
function autoload(string $prefix, string $folder): void
{
    $root = dirname(__DIR__, 3) . "/reader/php/$folder/";
    spl_autoload_register(static function (string $class) use ($prefix, $root): void {
        $file = $root . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
        if (str_starts_with($class, $prefix) && is_file($file)) {
            require $file;
        }
    });
}

/** A line that a script compares. */
function show(string $what, mixed $value): void
{
    echo $what, ': ', json_encode($value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION), "\n";
}
