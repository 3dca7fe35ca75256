<?php

declare(strict_types=1);

namespace Statsig\Exceptions;

/** What all exceptions of the SDK have in common. */
abstract class StatsigBaseException extends \Exception
{
    public function logToStderr(): void
    {
        error_log('[Statsig]: ' . $this->getMessage());
    }
}
