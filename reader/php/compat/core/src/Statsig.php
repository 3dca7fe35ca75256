<?php

declare(strict_types=1);

namespace Statsig;

use Forkgate\Client;
use Forkgate\OverrideKind;
use Forkgate\ResponseHash;
use Statsig\EvaluationTypes\DynamicConfig;
use Statsig\EvaluationTypes\Experiment;
use Statsig\EvaluationTypes\ExperimentGroup;
use Statsig\EvaluationTypes\ExperimentGroupsResult;
use Statsig\EvaluationTypes\FeatureGate;
use Statsig\EvaluationTypes\Layer;

/**
 * The PHP Core SDK's main class, answered by the forkgate extension.
 *
 * The key is not looked at and not kept: the syncer alone needs one.  Nothing
 * here touches the network, decodes rules or throws because of them.
 */
class Statsig
{
    private Client $client;
    private StatsigOptions $options;
    private ?StickyBridge $sticky = null;

    public function __construct(#[\SensitiveParameter] string $sdk_key, ?StatsigOptions $options = null)
    {
        $this->client = Client::default();
        $this->options = $options ?? new StatsigOptions();
        if ($this->options->persistent_storage !== null) {
            $this->sticky = new StickyBridge($this->options->persistent_storage, $this->client);
            $this->client = new Client(sticky: $this->sticky);
        }
    }

    /** Nothing to wait for: rules are there as soon as the syncer has them. */
    public function initialize(): void
    {
    }

    /** Events are in the host's queue already. */
    public function shutdown(): void
    {
        $this->client->flush();
    }

    /** Events are in the host's queue already; this asks that they be shipped soon. */
    public function flushEvents(): void
    {
        $this->client->flush();
    }

    public function logEvent(StatsigEventData $event_data, StatsigUser $user): void
    {
        if (!$this->options->disable_all_logging) {
            $this->client->logEvent(
                $this->user($user),
                $event_data->name,
                $event_data->value,
                $event_data->metadata ?? [],
            );
        }
    }

    public function identify(StatsigUser $user): void
    {
        if (!$this->options->disable_all_logging) {
            $this->client->identify($this->user($user));
        }
    }

    /**
     * JSON text, "" without rules.
     *
     * @param array|null $options hash_algorithm, client_sdk_key, target_app_id,
     *        include_local_overrides and the four *_filter lists are looked at
     */
    public function getClientInitializeResponse(StatsigUser $user, ?array $options = null): string
    {
        return $this->client->getClientInitializeResponse(
            $this->user($user),
            clientSDKKey: $options['client_sdk_key'] ?? null,
            targetAppID: $options['target_app_id'] ?? null,
            hash: ResponseHash::tryFrom($options['hash_algorithm'] ?? '') ?? ResponseHash::Djb2,
            includeLocalOverrides: $options['include_local_overrides'] ?? false,
            gates: $options['feature_gate_filter'] ?? null,
            configs: $options['dynamic_config_filter'] ?? null,
            experiments: $options['experiment_filter'] ?? null,
            layers: $options['layer_filter'] ?? null,
        ) ?? '';
    }

    public function checkGate(StatsigUser $user, string $name, ?array $options = null): bool
    {
        return $this->client->checkGate($this->user($user), $name, $this->exposes($options));
    }

    public function getFeatureGate(StatsigUser $user, string $name, ?array $options = null): FeatureGate
    {
        return new FeatureGate(
            $this->client->getFeatureGate($this->user($user), $name, $this->exposes($options)),
        );
    }

    public function manuallyLogGateExposure(StatsigUser $user, string $name): void
    {
        $this->client->manuallyLogGateExposure($this->user($user), $name);
    }

    public function getDynamicConfig(StatsigUser $user, string $name, ?array $options = null): DynamicConfig
    {
        return new DynamicConfig(
            $this->client->getDynamicConfig($this->user($user), $name, $this->exposes($options)),
        );
    }

    public function manuallyLogDynamicConfigExposure(StatsigUser $user, string $name): void
    {
        $this->client->manuallyLogDynamicConfigExposure($this->user($user), $name);
    }

    /**
     * @param array|null $options disable_exposure_logging; with a persistent_storage
     *        also user_persisted_values, enforce_overrides and enforce_targeting
     */
    public function getExperiment(StatsigUser $user, string $name, ?array $options = null): Experiment
    {
        return new Experiment(
            $this->client->getExperiment($this->user($user), $name, ...$this->sticky($name, $options)),
        );
    }

    public function getExperimentByGroupName(string $experimentName, string $groupName): Experiment
    {
        return new Experiment($this->client->getExperimentByGroupName($experimentName, $groupName));
    }

    public function getExperimentByGroupIdAdvanced(string $experimentName, string $groupId): Experiment
    {
        return new Experiment($this->client->getExperimentByGroupID($experimentName, $groupId));
    }

    public function manuallyLogExperimentExposure(StatsigUser $user, string $name): void
    {
        $this->client->manuallyLogExperimentExposure($this->user($user), $name);
    }

    public function getExperimentGroups(string $experimentName): ExperimentGroupsResult
    {
        $result = $this->client->getExperimentGroups($experimentName);
        return new ExperimentGroupsResult(
            $result->isActive,
            array_map(static fn ($group) => new ExperimentGroup($group), $result->groups),
        );
    }

    /** @param array|null $options as getExperiment() has them */
    public function getLayer(StatsigUser $user, string $name, ?array $options = null): Layer
    {
        return new Layer(
            $this->client->getLayer($this->user($user), $name, ...$this->sticky($name, $options)),
        );
    }

    public function manuallyLogLayerParameterExposure(StatsigUser $user, string $layer_name, string $param_name): void
    {
        $this->client->manuallyLogLayerParameterExposure($this->user($user), $layer_name, $param_name);
    }

    /** @return list<string> */
    public function getFeatureGateList(): array
    {
        return $this->client->getFeatureGateList();
    }

    /** @return list<string> */
    public function getDynamicConfigList(): array
    {
        return $this->client->getDynamicConfigList();
    }

    /** @return list<string> */
    public function getExperimentList(): array
    {
        return $this->client->getExperimentList();
    }

    /** @return list<string> */
    public function getAutotuneList(): array
    {
        return $this->client->getAutotuneList();
    }

    /** @return list<string> */
    public function getLayerList(): array
    {
        return $this->client->getLayerList();
    }

    /** @return list<string> */
    public function getParameterStoreList(): array
    {
        return $this->client->getParameterStoreList();
    }

    public function overrideGate(string $gateName, bool $value, ?string $id = null): void
    {
        $this->client->overrideGate($gateName, $value, $id);
    }

    public function overrideDynamicConfig(string $configName, array $value, ?string $id = null): void
    {
        $this->client->overrideDynamicConfig($configName, $value, $id);
    }

    public function overrideExperiment(string $experimentName, array $value, ?string $id = null): void
    {
        $this->client->overrideExperiment($experimentName, $value, $id);
    }

    public function overrideExperimentByGroupName(string $experimentName, string $groupName, ?string $id = null): void
    {
        $this->client->overrideExperimentByGroupName($experimentName, $groupName, $id);
    }

    public function overrideLayer(string $layerName, array $value, ?string $id = null): void
    {
        $this->client->overrideLayer($layerName, $value, $id);
    }

    public function removeGateOverride(string $gateName, ?string $id = null): void
    {
        $this->client->removeOverride(OverrideKind::Gate, $gateName, $id);
    }

    public function removeDynamicConfigOverride(string $configName, ?string $id = null): void
    {
        $this->client->removeOverride(OverrideKind::DynamicConfig, $configName, $id);
    }

    public function removeExperimentOverride(string $experimentName, ?string $id = null): void
    {
        $this->client->removeOverride(OverrideKind::Experiment, $experimentName, $id);
    }

    public function removeLayerOverride(string $layerName, ?string $id = null): void
    {
        $this->client->removeOverride(OverrideKind::Layer, $layerName, $id);
    }

    public function removeAllOverrides(): void
    {
        $this->client->removeAllOverrides();
    }

    private function user(StatsigUser $user): \Forkgate\User
    {
        return $user->forForkgate($this->options->environment);
    }

    private function exposes(?array $options): bool
    {
        return !$this->options->disable_all_logging && !($options['disable_exposure_logging'] ?? false);
    }

    /** The last arguments of an experiment or a layer. */
    private function sticky(string $name, ?array $options): array
    {
        return [
            'exposure' => $this->exposes($options),
            'sticky' => $this->sticky?->values($name, $options['user_persisted_values'] ?? null),
            'enforceTargeting' => (bool) ($options['enforce_targeting'] ?? false),
            'enforceOverrides' => (bool) ($options['enforce_overrides'] ?? false),
        ];
    }
}
