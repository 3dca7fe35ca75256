<?php

declare(strict_types=1);

namespace Statsig\EvaluationTypes;

/** The value of a dynamic config. */
class DynamicConfig extends BaseEvaluation
{
    public array $value;

    public function __construct(\Forkgate\DynamicConfig $result)
    {
        parent::__construct($result);
        $this->value = $result->getValue();
    }

    /** The parameter, or the fallback when it is missing or, unless that is null, of another type. */
    public function get(string $param_name, $fallback)
    {
        return self::isUsable($this->value, $param_name, $fallback) ? $this->value[$param_name] : $fallback;
    }
}
