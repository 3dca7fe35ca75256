<?php

declare(strict_types=1);

namespace Statsig\Exceptions;

/** A user without any ID. */
class StatsigUserException extends StatsigBaseException
{
}
