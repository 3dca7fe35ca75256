<?php

declare(strict_types=1);

namespace Statsig;

/**
 * Where an application keeps the assignments of its users, in the form that the
 * SDK gives them.  What a method throws while an experiment is evaluated is in
 * PHP's error log and goes no further.
 */
abstract class PersistentStorage
{
    public function __construct()
    {
    }

    /**
     * @param string $key such as "ada:userID"
     * @return array<string,StickyValues|array>|null by the name of the experiment or layer
     */
    abstract public function load(string $key): ?array;

    abstract public function save(string $key, string $config_name, StickyValues $data): void;

    abstract public function delete(string $key, string $config_name): void;

    /** What the option user_persisted_values takes. */
    public function getValuesForUser(StatsigUser $user, string $id_type): ?array
    {
        return match (strtolower($id_type)) {
            'userid', 'user_id' => $this->load("$user->user_id:userID"),
            default => $this->load(($user->custom_ids[$id_type] ?? '') . ":$id_type"),
        };
    }
}
