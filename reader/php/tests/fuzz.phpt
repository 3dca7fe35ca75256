--TEST--
Whatever is passed to whatever method, nothing worse than an exception happens
--INI--
forkgate.allow_overrides=1
memory_limit=512M
--FILE--
<?php
require __DIR__ . '/fuzz.inc';
fuzz((int) (getenv('FORKGATE_FUZZ_SEED') ?: 1), (int) (getenv('FORKGATE_FUZZ_CALLS') ?: 20000));
?>
--EXPECTF--
%d calls, %d answered, %d thrown, %d methods
