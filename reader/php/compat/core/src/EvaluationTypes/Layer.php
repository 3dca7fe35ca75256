<?php

declare(strict_types=1);

namespace Statsig\EvaluationTypes;

/** The parameters of a layer; reading one logs its exposure. */
class Layer extends BaseEvaluation
{
    public ?string $groupName;
    public ?string $allocatedExperimentName;

    public function __construct(private \Forkgate\Layer $result)
    {
        parent::__construct($result);
        $this->groupName = $result->groupName;
        $this->allocatedExperimentName = $result->allocatedExperiment;
    }

    /** The parameter, or the fallback when it is missing or, unless that is null, of another type. */
    public function get(string $param_name, $fallback)
    {
        return self::isUsable($this->result->peek(), $param_name, $fallback)
            ? $this->result->get($param_name)
            : $fallback;
    }
}
