<?php

declare(strict_types=1);

namespace Statsig\OutputLoggers;

/** Where the SDK wrote messages to. */
interface IOutputLogger
{
    public function error(string $message);

    public function warning(string $message);
}
