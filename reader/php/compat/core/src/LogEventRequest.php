<?php

declare(strict_types=1);

namespace Statsig;

/** Named by EventLoggingAdapterBase; there is never one. */
final class LogEventRequest
{
    private function __construct()
    {
    }
}
