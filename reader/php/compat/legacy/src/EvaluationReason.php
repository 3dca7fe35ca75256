<?php

declare(strict_types=1);

namespace Statsig;

/** The SDK's names of why a value is what it is. */
class EvaluationReason
{
    public static string $UNINITIALIZED = 'Uninitialized';
    public static string $UNRECOGNIZED = 'Unrecognized';
    public static string $DATA_ADAPTER = 'DataAdapter';
    public static string $UNSUPPORTED = 'Unsupported';
}
