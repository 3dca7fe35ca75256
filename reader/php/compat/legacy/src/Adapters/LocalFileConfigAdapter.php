<?php

declare(strict_types=1);

namespace Statsig\Adapters;

/** Reads and writes nothing: the syncer keeps the rules. */
class LocalFileConfigAdapter implements IConfigAdapter
{
    public function __construct(string $file_path = '/tmp/statsig.configs')
    {
    }
}
