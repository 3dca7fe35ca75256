<?php

declare(strict_types=1);

namespace Statsig;

/** The parameters of a layer; reading one logs its exposure. */
class Layer
{
    private array $value;
    private \Closure $log;

    public function __construct(
        private string $name,
        array $value = [],
        private string $rule_id = '',
        ?callable $exposure_log_fn = null,
        private ?string $group_name = null,
        private ?string $allocated_experiment_name = null,
        private ?string $id_type = null,
        private ?EvaluationDetails $evaluation_details = null,
    ) {
        $this->value = Values::withObjects($value);
        $this->log = \Closure::fromCallable($exposure_log_fn ?? static function (): void {
        });
    }

    /** The parameter, or the default when it is missing. */
    public function get(string $field, $default = null)
    {
        if (!Values::has($this->value, $field, null)) {
            return $default;
        }
        $this->logParameterExposure($field);
        return $this->value[$field];
    }

    /** The parameter, or the default when it is missing or of another type. */
    public function getTyped(string $field, $default)
    {
        if (!Values::has($this->value, $field, $default)) {
            return $default;
        }
        $this->logParameterExposure($field);
        return $this->value[$field];
    }

    public function getName(): string
    {
        return $this->name;
    }

    public function getRuleID(): string
    {
        return $this->rule_id;
    }

    public function logParameterExposure($parameter): void
    {
        ($this->log)($parameter);
    }

    public function getGroupName(): ?string
    {
        return $this->group_name;
    }

    public function getAllocatedExperimentName(): ?string
    {
        return $this->allocated_experiment_name;
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
