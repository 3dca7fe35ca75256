<?php

declare(strict_types=1);

namespace Statsig;

/** A custom event, built up and then given to StatsigServer::logEvent(). */
class StatsigEvent
{
    public ?array $user = null;
    private mixed $value = null;
    private ?array $metadata = null;
    private int $time;
    private ?StatsigUser $whose = null;

    public function __construct(private string $eventName)
    {
        $this->time = (int) round(microtime(true) * 1000);
    }

    public function setUser(StatsigUser $user): void
    {
        $this->whose = clone $user;
        $this->user = $user->toLogDictionary();
    }

    public function setValue($value): void
    {
        $this->value = $value;
    }

    public function setMetadata(?array $metadata): void
    {
        $this->metadata = $metadata;
    }

    /** Of no effect on what is shipped: an event's time is when it is logged. */
    public function setTime($time): void
    {
        $this->time = (int) $time;
    }

    public function toJson(): object
    {
        return (object) [
            'eventName' => $this->eventName,
            'user' => $this->user,
            'value' => $this->value,
            'metadata' => $this->metadata,
            'time' => $this->time,
        ];
    }

    /** @internal */
    public function logWith(\Forkgate\Client $client, ?string $tier): void
    {
        $user = $this->whose?->forForkgate($tier) ?? \Forkgate\User::fromArray($this->user ?? []);
        $value = is_scalar($this->value) || $this->value === null ? $this->value : json_encode($this->value);
        if (is_bool($value)) {
            $value = $value ? 'true' : 'false';
        }
        $client->logEvent($user, $this->eventName, $value, $this->metadata ?? []);
    }
}
