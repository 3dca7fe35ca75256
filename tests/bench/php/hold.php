<?php
// The same without a check.
foreach (explode(',', $_SERVER['ALL_GATES']) as $gate) {
}
usleep(30000);
echo getmypid();
