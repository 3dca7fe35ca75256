<?php

declare(strict_types=1);

namespace Statsig\OutputLoggers;

/** Writes to PHP's error log. */
class StatsigOutputLogger implements IOutputLogger
{
    public function error(string $message)
    {
        error_log($message);
    }

    public function warning(string $message)
    {
        error_log($message);
    }
}
