<?php

declare(strict_types=1);

namespace Statsig;

/** Named by SpecsAdapterBase; there is never one. */
final class SpecsUpdateListener
{
    private function __construct()
    {
    }
}
