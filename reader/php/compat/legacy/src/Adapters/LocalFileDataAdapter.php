<?php

declare(strict_types=1);

namespace Statsig\Adapters;

/** Reads and writes nothing: the syncer keeps the rules. */
class LocalFileDataAdapter implements IDataAdapter
{
    public function __construct(string $working_directory = '/tmp/statsig/')
    {
    }

    public function get(string $key): ?string
    {
        return null;
    }

    public function set(string $key, ?string $value)
    {
    }
}
