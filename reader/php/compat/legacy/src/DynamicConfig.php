<?php

declare(strict_types=1);

namespace Statsig;

/** The value of a dynamic config or an experiment.  Objects in it are stdClass. */
class DynamicConfig
{
    private array $value;

    public function __construct(
        private string $name,
        array $value = [],
        private string $rule_id = '',
        private array $secondary_exposures = [],
        private ?string $group_name = null,
        private ?string $id_type = null,
        private ?EvaluationDetails $evaluation_details = null,
    ) {
        $this->value = Values::withObjects($value);
    }

    /** The parameter, or the default when it is missing or of another type. */
    public function get(string $field, $default)
    {
        return Values::typed($this->value, $field, $default);
    }

    public function getName(): string
    {
        return $this->name;
    }

    public function getValue(): array
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
