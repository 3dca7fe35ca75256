<?php

declare(strict_types=1);

namespace Statsig;

use Statsig\Exceptions\StatsigUserException;

/** Whom a check is for; made by withUserID() or withCustomIDs(). */
class StatsigUser
{
    private array $fields = [];
    private ?\Forkgate\User $made = null;
    private ?string $madeForTier = null;

    private function __construct(?string $userID, ?array $customIDs)
    {
        $this->fields = ['userID' => $userID, 'customIDs' => $customIDs];
        $this->assertUserIsIdentifiable();
    }

    public static function withUserID(string $user_id): StatsigUser
    {
        return new StatsigUser($user_id, null);
    }

    public static function withCustomIDs(array $custom_ids): StatsigUser
    {
        return new StatsigUser(null, $custom_ids);
    }

    public function setUserID(?string $user_id): StatsigUser
    {
        return $this->set('userID', $user_id);
    }

    public function getUserID(): ?string
    {
        return $this->fields['userID'];
    }

    public function setEmail(?string $email): StatsigUser
    {
        return $this->set('email', $email);
    }

    public function setIP(?string $ip): StatsigUser
    {
        return $this->set('ip', $ip);
    }

    public function setUserAgent(?string $user_agent): StatsigUser
    {
        return $this->set('userAgent', $user_agent);
    }

    public function setLocale(?string $locale): StatsigUser
    {
        return $this->set('locale', $locale);
    }

    public function setCountry(?string $country): StatsigUser
    {
        return $this->set('country', $country);
    }

    public function setAppVersion(?string $app_version): StatsigUser
    {
        return $this->set('appVersion', $app_version);
    }

    public function setCustom(?array $custom): StatsigUser
    {
        return $this->set('custom', $custom);
    }

    public function setPrivateAttributes(?array $private): StatsigUser
    {
        return $this->set('privateAttributes', $private);
    }

    public function setCustomIDs(?array $custom_ids): StatsigUser
    {
        return $this->set('customIDs', $custom_ids);
    }

    public function getCustomIDs(): ?array
    {
        return $this->fields['customIDs'];
    }

    public function setStatsigEnvironment(?array $environment): StatsigUser
    {
        return $this->set('statsigEnvironment', $environment);
    }

    /** All that is set, private attributes left out. */
    public function toLogDictionary(): array
    {
        $fields = $this->toEvaluationDictionary();
        unset($fields['privateAttributes']);
        return $fields;
    }

    /** All that is set. */
    public function toEvaluationDictionary(): array
    {
        return array_filter($this->fields, static fn ($value) => $value !== null);
    }

    /** @throws StatsigUserException when there is neither a user ID nor a custom ID */
    public function assertUserIsIdentifiable(): void
    {
        if (trim($this->fields['userID'] ?? '') === '' && !$this->fields['customIDs']) {
            throw new StatsigUserException('A user needs a userID or at least one of customIDs.');
        }
    }

    /**
     * The same user as the extension takes it, made once until a setter is called.
     *
     * @internal
     * @param string|null $tier hides the environment of the user's own
     */
    public function forForkgate(?string $tier): \Forkgate\User
    {
        if ($this->made === null || $this->madeForTier !== $tier) {
            $this->assertUserIsIdentifiable();
            $fields = $this->toEvaluationDictionary();
            if ($tier !== null) {
                $fields['statsigEnvironment'] = ['tier' => $tier];
            }
            $this->made = \Forkgate\User::fromArray($fields);
            $this->madeForTier = $tier;
        }
        return $this->made;
    }

    private function set(string $field, mixed $value): StatsigUser
    {
        $this->fields[$field] = $value;
        $this->made = null;
        return $this;
    }
}
