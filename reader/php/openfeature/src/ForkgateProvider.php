<?php

declare(strict_types=1);

namespace Forkgate\OpenFeature;

use Forkgate\Client;
use Forkgate\Outcome;
use Forkgate\User;
use OpenFeature\implementation\common\Metadata;
use OpenFeature\implementation\provider\AbstractProvider;
use OpenFeature\implementation\provider\ResolutionDetailsBuilder;
use OpenFeature\implementation\provider\ResolutionError;
use OpenFeature\interfaces\common\Metadata as MetadataInterface;
use OpenFeature\interfaces\flags\EvaluationContext;
use OpenFeature\interfaces\provider\ErrorCode;
use OpenFeature\interfaces\provider\Reason;
use OpenFeature\interfaces\provider\ResolutionDetails;

/**
 * Resolves OpenFeature flags from the rules that forkgate-syncer keeps.
 *
 *   OpenFeatureAPI::getInstance()->setProvider(new ForkgateProvider());
 *
 * FlagKey tells what a key may name, UserFromContext whom a context means.  An
 * exposure is logged as the same call of Forkgate\Client logs it.
 */
final class ForkgateProvider extends AbstractProvider
{
    protected static string $NAME = 'forkgate';

    private Client $client;

    public function __construct(?Client $client = null)
    {
        $this->client = $client ?? Client::default();
    }

    public function getMetadata(): MetadataInterface
    {
        return new Metadata(self::$NAME);
    }

    public function resolveBooleanValue(
        string $flagKey,
        bool $defaultValue,
        ?EvaluationContext $context = null,
    ): ResolutionDetails {
        return $this->resolve($flagKey, 'gate', $defaultValue, $context, is_bool(...));
    }

    public function resolveStringValue(
        string $flagKey,
        string $defaultValue,
        ?EvaluationContext $context = null,
    ): ResolutionDetails {
        return $this->resolve($flagKey, 'config', $defaultValue, $context, is_string(...));
    }

    public function resolveIntegerValue(
        string $flagKey,
        int $defaultValue,
        ?EvaluationContext $context = null,
    ): ResolutionDetails {
        return $this->resolve($flagKey, 'config', $defaultValue, $context, is_int(...));
    }

    public function resolveFloatValue(
        string $flagKey,
        float $defaultValue,
        ?EvaluationContext $context = null,
    ): ResolutionDetails {
        $isNumber = static fn (mixed $value): bool => is_float($value) || is_int($value);
        return $this->resolve($flagKey, 'config', $defaultValue, $context, $isNumber);
    }

    /** A parameter that is an array or object; without a parameter, the whole value. */
    public function resolveObjectValue(
        string $flagKey,
        array $defaultValue,
        ?EvaluationContext $context = null,
    ): ResolutionDetails {
        return $this->resolve($flagKey, 'config', $defaultValue, $context, is_array(...));
    }

    /** @param callable(mixed): bool $isOfType */
    private function resolve(
        string $flagKey,
        string $kindIfNone,
        mixed $default,
        ?EvaluationContext $context,
        callable $isOfType,
    ): ResolutionDetails {
        $key = FlagKey::parse($flagKey, $kindIfNone);
        try {
            $user = UserFromContext::make($context);
        } catch (\TypeError | \ValueError $e) {
            return self::failed($default, ErrorCode::INVALID_CONTEXT(), $e->getMessage());
        }
        if ($user === null) {
            return self::failed($default, ErrorCode::TARGETING_KEY_MISSING(), 'the context has neither a targeting key nor customIDs');
        }
        [$result, $read] = $this->ask($key, $user, $isOfType);
        if ($result === null) {
            return self::failed($default, ErrorCode::GENERAL(), "a $key->kind has no parameters to resolve");
        }
        $outcome = $result->details->outcome;
        if ($outcome === Outcome::NoValues || $outcome === Outcome::Error) {
            return self::failed($default, ErrorCode::PROVIDER_NOT_READY(), 'there are no rules yet');
        }
        if ($outcome === Outcome::Unrecognized) {
            return self::failed($default, ErrorCode::FLAG_NOT_FOUND(), "there is no $key->kind named $key->name");
        }
        $value = $read();
        if ($value === null) {
            return self::failed($default, ErrorCode::FLAG_NOT_FOUND(), "$key->kind $key->name has no $key->param");
        }
        if (!$isOfType($value)) {
            return self::failed($default, ErrorCode::TYPE_MISMATCH(), "$flagKey is a " . get_debug_type($value));
        }
        return self::found(is_float($default) ? (float) $value : $value, $result);
    }

    /**
     * The evaluation, and how to read what the key names from it.  A layer's
     * parameter is exposed by reading it, when it is of the type asked for.
     *
     * @return array{?object, ?callable(): mixed}
     */
    private function ask(FlagKey $key, User $user, callable $isOfType): array
    {
        if ($key->kind === 'gate') {
            $gate = $this->client->getFeatureGate($user, $key->name);
            return [$gate, static fn () => $gate->value];
        }
        if ($key->kind === 'store') {
            $store = $this->client->getParameterStore($user, $key->name);
            return $key->param === null ? [null, null] : [$store, static fn () => $store->get($key->param)];
        }
        if ($key->kind === 'layer') {
            $layer = $this->client->getLayer($user, $key->name);
            return [$layer, static function () use ($layer, $key, $isOfType) {
                $value = $key->param === null ? $layer->peek() : $layer->peek()[$key->param] ?? null;
                return $key->param !== null && $isOfType($value) ? $layer->get($key->param) : $value;
            }];
        }
        $config = $key->kind === 'config'
            ? $this->client->getDynamicConfig($user, $key->name)
            : $this->client->getExperiment($user, $key->name);
        return [$config, static fn () => $key->param === null ? $config->getValue() : $config->get($key->param)];
    }

    private static function found(mixed $value, object $result): ResolutionDetails
    {
        $rule = $result->ruleID ?? null; /* a store has none */
        $details = (new ResolutionDetailsBuilder())
            ->withValue($value)
            ->withReason(match ($rule) {
                null => Reason::UNKNOWN,
                'disabled' => Reason::DISABLED,
                '', 'default' => Reason::DEFAULT,
                default => Reason::TARGETING_MATCH,
            });
        $variant = $result->groupName ?? $rule ?? '';
        if ($variant !== '') {
            $details->withVariant($variant);
        }
        return $details->build();
    }

    private static function failed(mixed $default, ErrorCode $code, string $message): ResolutionDetails
    {
        return (new ResolutionDetailsBuilder())
            ->withValue($default)
            ->withReason(Reason::ERROR)
            ->withError(new ResolutionError($code, $message))
            ->build();
    }
}
