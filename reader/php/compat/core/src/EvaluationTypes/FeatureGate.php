<?php

declare(strict_types=1);

namespace Statsig\EvaluationTypes;

/** A gate's value and where it came from. */
class FeatureGate extends BaseEvaluation
{
    public bool $value;

    public function __construct(\Forkgate\FeatureGate $result)
    {
        parent::__construct($result);
        $this->value = $result->value;
    }
}
