<?php

declare(strict_types=1);

namespace Statsig;

/** What adapters of the application's own extend.  Never called: the syncer ships events. */
abstract class EventLoggingAdapterBase
{
    public function __construct()
    {
    }

    abstract public function start();

    abstract public function logEvents(LogEventRequest $request): bool;

    abstract public function shutdown();
}
