<?php

declare(strict_types=1);

namespace Statsig;

/** Why a value is what it is, and of when the rules are; times in milliseconds. */
class EvaluationDetails
{
    public int $serverTime;

    public function __construct(
        public string $reason,
        public int $initTime,
        public int $configSyncTime,
    ) {
        $this->serverTime = (int) floor(microtime(true) * 1000);
    }
}
