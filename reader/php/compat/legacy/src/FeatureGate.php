<?php

declare(strict_types=1);

namespace Statsig;

/** A gate's value and where it came from. */
class FeatureGate
{
    public function __construct(
        private string $name,
        private bool $value = false,
        private string $rule_id = '',
        private array $secondary_exposures = [],
        private ?string $group_name = null,
        private ?string $id_type = null,
        private ?EvaluationDetails $evaluation_details = null,
    ) {
    }

    public function getName(): string
    {
        return $this->name;
    }

    public function getValue(): bool
    {
        return $this->value;
    }

    public function getRuleID(): string
    {
        return $this->rule_id;
    }

    public function getSecondaryExposures(): array
    {
        return $this->secondary_exposures;
    }

    public function getGroupName(): ?string
    {
        return $this->group_name;
    }

    public function getIDType(): ?string
    {
        return $this->id_type;
    }

    public function getEvaluationDetails(): ?EvaluationDetails
    {
        return $this->evaluation_details;
    }
}
