<?php

declare(strict_types=1);

namespace Statsig;

/** An assignment as it is kept: what an experiment or a layer was for a user. */
class StickyValues
{
    public function __construct(
        public bool $value,
        public $json_value,
        public string $rule_id,
        public ?string $group_name,
        public array $secondary_exposures,
        public array $undelegated_secondary_exposures,
        public ?string $config_delegate,
        public ?array $explicit_parameters,
        public int $time,
        public ?int $config_version = null,
    ) {
    }

    public static function fromArray(array $data): self
    {
        return new self(
            $data['value'] ?? false,
            $data['json_value'] ?? null,
            $data['rule_id'] ?? '',
            $data['group_name'] ?? null,
            $data['secondary_exposures'] ?? [],
            $data['undelegated_secondary_exposures'] ?? [],
            $data['config_delegate'] ?? null,
            $data['explicit_parameters'] ?? null,
            $data['time'] ?? 0,
            $data['config_version'] ?? null,
        );
    }

    public function toArray(): array
    {
        $all = get_object_vars($this);
        if ($this->config_version === null) {
            unset($all['config_version']);
        }
        return $all;
    }
}
