<?php
// What a page costs that checks nothing.
echo 'ok';
