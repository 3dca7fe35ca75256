<?php

declare(strict_types=1);

namespace Statsig\EvaluationTypes;

/** The value of an experiment, and the group the user is in. */
class Experiment extends DynamicConfig
{
    public ?string $groupName;

    public function __construct(\Forkgate\DynamicConfig $result)
    {
        parent::__construct($result);
        $this->groupName = $result->groupName;
    }
}
