<?php

declare(strict_types=1);

namespace Statsig\EvaluationTypes;

/** One group of an experiment as it is set up. */
class ExperimentGroup
{
    public string $groupName;
    public string $ruleId;
    public string $idType;
    public array $returnValue;

    public function __construct(\Forkgate\DynamicConfig $group)
    {
        $this->groupName = $group->groupName ?? '';
        $this->ruleId = $group->ruleID;
        $this->idType = $group->idType;
        $this->returnValue = $group->getValue();
    }
}
