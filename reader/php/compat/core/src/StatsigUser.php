<?php

declare(strict_types=1);

namespace Statsig;

/** Whom a check is for.  Fields may be changed until it is first used. */
class StatsigUser
{
    private ?\Forkgate\User $made = null;
    private ?string $madeForTier = null;

    public function __construct(
        public string $user_id = '',
        public array $custom_ids = [],
        public ?string $email = null,
        public ?string $ip = null,
        public ?string $user_agent = null,
        public ?string $country = null,
        public ?string $locale = null,
        public ?string $app_version = null,
        public ?array $custom = null,
        public ?array $private_attributes = null,
    ) {
    }

    /**
     * The same user as the extension takes it, made once.
     *
     * @internal
     * @param string|null $tier the environment's
     */
    public function forForkgate(?string $tier): \Forkgate\User
    {
        if ($this->made === null || $this->madeForTier !== $tier) {
            $fields = [
                'userID' => $this->user_id,
                'customIDs' => $this->custom_ids ?: null,
                'email' => $this->email,
                'ip' => $this->ip,
                'userAgent' => $this->user_agent,
                'country' => $this->country,
                'locale' => $this->locale,
                'appVersion' => $this->app_version,
                'custom' => $this->custom,
                'privateAttributes' => $this->private_attributes,
                'statsigEnvironment' => $tier === null ? null : ['tier' => $tier],
            ];
            $this->made = \Forkgate\User::fromArray(
                array_filter($fields, static fn ($value) => $value !== null),
            );
            $this->madeForTier = $tier;
        }
        return $this->made;
    }
}
