<?php

declare(strict_types=1);

namespace Statsig;

use Forkgate\Client;
use Forkgate\Outcome;
use Forkgate\ResponseHash;

/**
 * The legacy SDK's server, answered by the forkgate extension.
 *
 * The key is not looked at and not kept: the syncer alone needs one.  Nothing
 * here touches the network, decodes rules or throws because of them.
 */
class StatsigServer
{
    private Client $client;

    public function __construct(
        #[\SensitiveParameter] string $sdk_key,
        private StatsigOptions $options = new StatsigOptions(),
    ) {
        $this->client = Client::default();
    }

    public function checkGate(StatsigUser $user, string $gate, ?bool $disableExposure = false): bool
    {
        return $this->client->checkGate($this->user($user), $gate, !$disableExposure);
    }

    public function getFeatureGate(StatsigUser $user, string $gate, ?bool $disableExposure = false): FeatureGate
    {
        $result = $this->client->getFeatureGate($this->user($user), $gate, !$disableExposure);
        return new FeatureGate(
            $gate,
            $result->value,
            $result->ruleID,
            $result->secondaryExposures,
            null,
            $result->idType,
            $this->details($result->details),
        );
    }

    public function manuallyLogGateExposure(StatsigUser $user, string $gate): void
    {
        $this->client->manuallyLogGateExposure($this->user($user), $gate);
    }

    public function getConfig(StatsigUser $user, string $config, ?bool $disableExposure = false): DynamicConfig
    {
        return $this->config($this->client->getDynamicConfig($this->user($user), $config, !$disableExposure));
    }

    public function manuallyLogConfigExposure(StatsigUser $user, string $config): void
    {
        $this->client->manuallyLogDynamicConfigExposure($this->user($user), $config);
    }

    public function getExperiment(StatsigUser $user, string $experiment, ?bool $disableExposure = false): DynamicConfig
    {
        return $this->config($this->client->getExperiment($this->user($user), $experiment, !$disableExposure));
    }

    public function manuallyLogExperimentExposure(StatsigUser $user, string $experiment): void
    {
        $this->client->manuallyLogExperimentExposure($this->user($user), $experiment);
    }

    public function getLayer(StatsigUser $user, string $layer, ?bool $disableExposure = false): Layer
    {
        $result = $this->client->getLayer($this->user($user), $layer, !$disableExposure);
        return new Layer(
            $layer,
            $result->peek(),
            $result->ruleID,
            static fn ($parameter) => $result->get((string) $parameter),
            $result->groupName,
            $result->allocatedExperiment,
            $result->idType,
            $this->details($result->details),
        );
    }

    public function manuallyLogLayerParameterExposure(StatsigUser $user, string $layer, string $parameter): void
    {
        $this->client->manuallyLogLayerParameterExposure($this->user($user), $layer, $parameter);
    }

    public function logEvent(StatsigEvent $event)
    {
        $event->logWith($this->client, $this->options->tier);
    }

    /** The response a browser's SDK starts from, as an array; null without rules. */
    public function getClientInitializeResponse(
        StatsigUser $user,
        ?string $client_sdk_key = null,
        ?string $hash = null,
    ) {
        return $this->client->getClientInitializeResponseArray(
            $this->user($user),
            clientSDKKey: $client_sdk_key,
            hash: ResponseHash::tryFrom($hash ?? '') ?? ResponseHash::Sha256,
        );
    }

    /** Events are in the host's queue already; this asks that they be shipped soon. */
    public function flush()
    {
        $this->client->flush();
    }

    private function user(StatsigUser $user): \Forkgate\User
    {
        return $user->forForkgate($this->options->tier);
    }

    private function config(\Forkgate\DynamicConfig $result): DynamicConfig
    {
        return new DynamicConfig(
            $result->name,
            $result->getValue(),
            $result->ruleID,
            $result->secondaryExposures,
            $result->groupName,
            $result->idType,
            $this->details($result->details),
        );
    }

    private function details(\Forkgate\EvaluationDetails $details): EvaluationDetails
    {
        $reason = match ($details->outcome) {
            Outcome::Recognized => EvaluationReason::$DATA_ADAPTER,
            Outcome::Unrecognized => EvaluationReason::$UNRECOGNIZED,
            Outcome::Unsupported => EvaluationReason::$UNSUPPORTED,
            Outcome::NoValues, Outcome::Error => EvaluationReason::$UNINITIALIZED,
        };
        return new EvaluationDetails($reason, $details->receivedAt, $details->rulesTime);
    }
}
