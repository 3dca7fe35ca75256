<?php

declare(strict_types=1);

namespace Statsig\Adapters;

/** Where the SDK kept rules.  Implementations are accepted and never called. */
interface IDataAdapter
{
    public function get(string $key): ?string;

    public function set(string $key, ?string $value);
}
