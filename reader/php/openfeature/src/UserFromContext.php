<?php

declare(strict_types=1);

namespace Forkgate\OpenFeature;

use DateTimeInterface;
use Forkgate\User;
use OpenFeature\interfaces\flags\EvaluationContext;

/**
 * The user that an evaluation context speaks of: the targeting key is the
 * user ID, attributes named as a user's fields are those, and all others are
 * custom attributes.
 */
final class UserFromContext
{
    private const FIELDS = [
        'email' => 'email', 'ip' => 'ip', 'userAgent' => 'userAgent', 'user_agent' => 'userAgent',
        'country' => 'country', 'locale' => 'locale', 'appVersion' => 'appVersion', 'app_version' => 'appVersion',
    ];
    private const MAPS = [
        'customIDs' => 'customIDs', 'custom_ids' => 'customIDs', 'privateAttributes' => 'privateAttributes',
        'private_attributes' => 'privateAttributes', 'statsigEnvironment' => 'statsigEnvironment',
    ];

    /** Null for a context that names neither a user ID nor a custom ID. */
    public static function make(?EvaluationContext $context): ?User
    {
        $fields = [];
        $custom = [];
        $attributes = $context?->getAttributes()->toArray() ?? [];
        $id = $context?->getTargetingKey() ?? $attributes['userID'] ?? null;
        unset($attributes['userID']);
        if (is_string($id) && $id !== '') {
            $fields['userID'] = $id;
        }
        foreach ($attributes as $name => $value) {
            if (isset(self::FIELDS[$name]) && is_scalar($value)) {
                $fields[self::FIELDS[$name]] = (string) $value;
            } elseif (isset(self::MAPS[$name]) && is_array($value)) {
                $fields[self::MAPS[$name]] = $value;
            } elseif ($name === 'custom' && is_array($value)) {
                $custom = $value + $custom;
            } else {
                $custom[$name] = $value instanceof DateTimeInterface
                    ? $value->getTimestamp() * 1000 + (int) $value->format('v')
                    : $value;
            }
        }
        if ($custom !== []) {
            $fields['custom'] = $custom;
        }
        return isset($fields['userID']) || !empty($fields['customIDs']) ? User::fromArray($fields) : null;
    }
}
