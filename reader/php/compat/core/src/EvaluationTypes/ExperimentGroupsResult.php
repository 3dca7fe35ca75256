<?php

declare(strict_types=1);

namespace Statsig\EvaluationTypes;

/** The groups of an experiment, and whether it runs. */
class ExperimentGroupsResult
{
    /**
     * @param bool|null $isExperimentActive null when there is no experiment of that name
     * @param ExperimentGroup[] $groups
     */
    public function __construct(public ?bool $isExperimentActive, public array $groups)
    {
    }
}
