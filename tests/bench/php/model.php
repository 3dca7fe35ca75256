<?php
// How PHP has it without shared memory: rules as PHP arrays, walked in PHP, and
// exposures appended to a file of JSON lines.  Only what gates need, so that it is
// rather faster than an SDK: public and nested gates, the operators of fields,
// and a pass percentage by one hash a rule.

function model_condition(array $rules, string $id, array $user, array &$secondary): bool
{
    $c = $rules['condition_map'][$id] ?? null;
    if ($c === null) {
        return false;
    }
    $target = $c['targetValue'] ?? null;
    switch ($c['type']) {
        case 'public':
            return true;
        case 'pass_gate':
        case 'fail_gate':
            [$value, $rule] = model_gate($rules, $target, $user, $secondary);
            $secondary[] = ['gate' => $target, 'gateValue' => $value ? 'true' : 'false', 'ruleID' => $rule];
            return $value === ($c['type'] === 'pass_gate');
        case 'user_bucket':
            $value = model_bucket(($c['additionalValues']['salt'] ?? '') . '.' . $user['userID']) % 1000;
            break;
        default:
            $value = $user[$c['field'] ?? ''] ?? null;
    }
    $among = is_array($target) ? $target : [$target];
    return match ($c['operator'] ?? '') {
        'any' => in_array(strtolower((string) $value), array_map('strtolower', array_map('strval', $among)), true),
        'none' => !in_array(strtolower((string) $value), array_map('strtolower', array_map('strval', $among)), true),
        'str_contains_any' => (bool) array_filter($among, static fn ($t) => stripos((string) $value, (string) $t) !== false),
        'str_ends_with_any' => (bool) array_filter($among, static fn ($t) => str_ends_with(strtolower((string) $value), strtolower((string) $t))),
        'gt' => is_numeric($value) && $value > $target,
        'gte' => is_numeric($value) && $value >= $target,
        'lt' => is_numeric($value) && $value < $target,
        'lte' => is_numeric($value) && $value <= $target,
        'version_gte' => $value !== null && version_compare((string) $value, (string) $target, '>='),
        'version_gt' => $value !== null && version_compare((string) $value, (string) $target, '>'),
        'version_lt' => $value !== null && version_compare((string) $value, (string) $target, '<'),
        default => $value === $target,
    };
}

function model_bucket(string $text): int
{
    $part = unpack('J', substr(hash('sha256', $text, true), 0, 8))[1];
    return (int) (($part & PHP_INT_MAX) % 10000);
}

/** @return array{bool, string} */
function model_gate(array $rules, string $name, array $user, array &$secondary): array
{
    $gate = $rules['feature_gates'][$name] ?? null;
    if ($gate === null) {
        return [false, ''];
    }
    if (!$gate['enabled']) {
        return [$gate['defaultValue'], 'disabled'];
    }
    foreach ($gate['rules'] as $rule) {
        foreach ($rule['conditions'] as $id) {
            if (!model_condition($rules, $id, $user, $secondary)) {
                continue 2;
            }
        }
        $bucket = model_bucket($gate['salt'] . '.' . ($rule['salt'] ?? $rule['id']) . '.' . $user['userID']);
        return [$bucket < $rule['passPercentage'] * 100 && $rule['returnValue'], $rule['id']];
    }
    return [$gate['defaultValue'], 'default'];
}

function model_page(array $rules): void
{
    $user = ['userID' => 'u' . hrtime(true), 'email' => 'ada@example.com', 'country' => 'NZ'];
    $events = '';
    $on = 0;
    foreach (['@GATES@'] as $gate) {
        $secondary = [];
        [$value, $rule] = model_gate($rules, $gate, $user, $secondary);
        $on += (int) $value;
        $events .= json_encode([
            'eventName' => 'statsig::gate_exposure', 'user' => $user, 'time' => (int) (microtime(true) * 1000),
            'metadata' => ['gate' => $gate, 'gateValue' => $value ? 'true' : 'false', 'ruleID' => $rule],
            'secondaryExposures' => $secondary,
        ]) . "\n";
    }
    file_put_contents('@EVENTS@', $events, FILE_APPEND | LOCK_EX);
    echo 'ok ', $on;
}
