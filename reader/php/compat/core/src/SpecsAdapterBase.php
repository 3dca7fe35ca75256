<?php

declare(strict_types=1);

namespace Statsig;

/** What adapters of the application's own extend.  Never called: the syncer fetches rules. */
abstract class SpecsAdapterBase
{
    public function __construct()
    {
    }

    abstract public function setup(SpecsUpdateListener $listener);

    abstract public function start();

    abstract public function shutdown();

    abstract public function scheduleBackgroundSync();
}
