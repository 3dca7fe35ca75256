<?php

declare(strict_types=1);

namespace Statsig\Adapters;

/** Holds nothing: events are in forkgate's queue as soon as they are logged. */
class LocalFileLoggingAdapter implements ILoggingAdapter
{
    public function __construct(string $file_path = '/tmp/statsig.logs')
    {
    }

    public function enqueueEvents(array $events)
    {
    }

    public function getQueuedEvents(): array
    {
        return [];
    }

    public function shutdown()
    {
    }
}
