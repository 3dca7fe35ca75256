<?php

declare(strict_types=1);

namespace Statsig\Adapters;

/** Where older versions of the SDK kept rules.  Accepted and never called. */
interface IConfigAdapter
{
}
