<?php

declare(strict_types=1);

namespace Statsig;

/** Sends nothing: the syncer ships events, and a cron job that calls this can go. */
class StatsigLocalFileEventLoggingAdapter
{
    public function __construct(
        #[\SensitiveParameter] string $sdk_key,
        string $output_directory,
        ?string $log_event_url = null,
    ) {
    }

    public function sendPendingEvents(): void
    {
    }
}
