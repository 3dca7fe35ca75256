<?php

declare(strict_types=1);

namespace Statsig\Exceptions;

/** A key that is no server key. */
class InvalidSDKKeyException extends StatsigBaseException
{
}
