<?php

declare(strict_types=1);

namespace Statsig;

/** Builds a user step by step. */
class StatsigUserBuilder
{
    private array $fields = [];

    private function __construct(string $first, string|array $ids)
    {
        $this->fields[$first] = $ids;
    }

    public static function withUserID(string $user_id): StatsigUserBuilder
    {
        return new StatsigUserBuilder('user_id', $user_id);
    }

    public static function withCustomIDs(array $custom_ids): StatsigUserBuilder
    {
        return new StatsigUserBuilder('custom_ids', $custom_ids);
    }

    public function withEmail(string $email): StatsigUserBuilder
    {
        return $this->with('email', $email);
    }

    public function withIP(string $ip): StatsigUserBuilder
    {
        return $this->with('ip', $ip);
    }

    public function withUserAgent(string $user_agent): StatsigUserBuilder
    {
        return $this->with('user_agent', $user_agent);
    }

    public function withCountry(string $country): StatsigUserBuilder
    {
        return $this->with('country', $country);
    }

    public function withLocale(string $locale): StatsigUserBuilder
    {
        return $this->with('locale', $locale);
    }

    public function withAppVersion(string $app_version): StatsigUserBuilder
    {
        return $this->with('app_version', $app_version);
    }

    public function withCustom(array $custom): StatsigUserBuilder
    {
        return $this->with('custom', $custom);
    }

    public function withPrivateAttributes(array $private_attributes): StatsigUserBuilder
    {
        return $this->with('private_attributes', $private_attributes);
    }

    public function build(): StatsigUser
    {
        return new StatsigUser(...$this->fields);
    }

    private function with(string $field, string|array $value): StatsigUserBuilder
    {
        $this->fields[$field] = $value;
        return $this;
    }
}
