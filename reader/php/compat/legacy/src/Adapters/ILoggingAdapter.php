<?php

declare(strict_types=1);

namespace Statsig\Adapters;

/** Where the SDK kept events.  Implementations are accepted and never called. */
interface ILoggingAdapter
{
    public function enqueueEvents(array $events);

    public function getQueuedEvents(): array;

    public function shutdown();
}
