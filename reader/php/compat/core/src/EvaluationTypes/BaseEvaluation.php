<?php

declare(strict_types=1);

namespace Statsig\EvaluationTypes;

/** What every result has. */
abstract class BaseEvaluation
{
    public string $name;
    /** @var array{reason: string, lcut: int, received_at: int} */
    public array $details;
    public string $id_type;
    public string $rule_id;
    public ?string $error = null;

    protected function __construct(object $result)
    {
        $this->name = $result->name;
        $this->rule_id = $result->ruleID;
        $this->id_type = $result->idType;
        $this->details = [
            'reason' => $result->details->reason,
            'lcut' => $result->details->rulesTime,
            'received_at' => $result->details->receivedAt,
        ];
    }

    protected static function isUsable(array $value, string $param_name, mixed $fallback): bool
    {
        return array_key_exists($param_name, $value)
            && ($fallback === null || gettype($value[$param_name]) === gettype($fallback));
    }
}
