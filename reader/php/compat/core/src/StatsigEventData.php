<?php

declare(strict_types=1);

namespace Statsig;

/** A custom event. */
class StatsigEventData
{
    public function __construct(
        public string $name,
        public string|int|float|null $value = null,
        public ?array $metadata = null,
    ) {
    }
}
