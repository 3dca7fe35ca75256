<?php

declare(strict_types=1);

namespace Statsig;

/**
 * How the SDK hands out the values of configs and layers.
 *
 * @internal
 */
final class Values
{
    /** The outermost object as an array, those inside as stdClass. */
    public static function withObjects(array $value): array
    {
        return array_map(self::inner(...), $value);
    }

    /** The entry, or the default when it is missing or, unless that is null, of another type. */
    public static function typed(array $value, string $field, mixed $default): mixed
    {
        return self::has($value, $field, $default) ? $value[$field] : $default;
    }

    public static function has(array $value, string $field, mixed $default): bool
    {
        return array_key_exists($field, $value)
            && ($default === null || gettype($value[$field]) === gettype($default));
    }

    private static function inner(mixed $value): mixed
    {
        if (!is_array($value)) {
            return $value;
        }
        $items = array_map(self::inner(...), $value);
        return array_is_list($value) ? $items : (object) $items;
    }
}
