<?php

declare(strict_types=1);

namespace Statsig;

/** Reads and writes nothing: the syncer keeps the rules, and a cron job that calls this can go. */
class StatsigLocalFileSpecsAdapter
{
    public function __construct(
        #[\SensitiveParameter] string $sdk_key,
        string $output_directory,
        ?string $specs_url = null,
        bool $fallback_to_statsig_api = false,
    ) {
    }

    public function syncSpecsFromNetwork(): void
    {
    }
}
