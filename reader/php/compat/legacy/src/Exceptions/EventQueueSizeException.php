<?php

declare(strict_types=1);

namespace Statsig\Exceptions;

/** An event queue size out of its bounds. */
class EventQueueSizeException extends StatsigBaseException
{
}
