<?php
// The same without a check.
foreach (['@ALL_GATES@'] as $gate) {
}
usleep(30000);
echo getmypid();
