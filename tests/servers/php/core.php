<?php

// A program as it is written for Statsig's PHP Core SDK.
require __DIR__ . '/autoload.php';
autoload('Statsig\\', 'compat/core/src');

use Statsig\Statsig;
use Statsig\StatsigEventData;
use Statsig\StatsigLocalFileEventLoggingAdapter;
use Statsig\StatsigLocalFileSpecsAdapter;
use Statsig\StatsigOptions;
use Statsig\StatsigUserBuilder;

$statsig = new Statsig('secret-not-looked-at', new StatsigOptions(
    specs_adapter: new StatsigLocalFileSpecsAdapter('secret-not-looked-at', '/tmp'),
    event_logging_adapter: new StatsigLocalFileEventLoggingAdapter('secret-not-looked-at', '/tmp'),
    environment: 'staging',
));
$statsig->initialize();
$user = StatsigUserBuilder::withUserID('bao')->withEmail('bao@example.com')->withCountry('NZ')
    ->withCustom(['size' => 1200])->withPrivateAttributes(['secret' => 'hidden-from-all'])->build();

show('gate', $statsig->checkGate($user, 'everyone'));
show('gate by environment', $statsig->checkGate($user, 'staging_only', ['disable_exposure_logging' => true]));
$gate = $statsig->getFeatureGate($user, 'nested');
show('gate in full', [$gate->name, $gate->value, $gate->rule_id, $gate->id_type, $gate->details['reason']]);
$config = $statsig->getDynamicConfig($user, 'limits');
show('config', [$config->get('max', 0), $config->get('max', 'text'), $config->get('none', 7), $config->rule_id]);
$experiment = $statsig->getExperiment($user, 'colours');
show('experiment', [$experiment->get('colour', ''), $experiment->groupName, $experiment->value]);
show('by group', $statsig->getExperimentByGroupName('colours', 'Green')->value);
$groups = $statsig->getExperimentGroups('colours');
show('groups', [$groups->isExperimentActive, $groups->groups]);
show('by group ID', $statsig->getExperimentByGroupIdAdvanced('colours', 'group_green')->groupName);
show('lists', [
    $statsig->getFeatureGateList(), $statsig->getDynamicConfigList(), $statsig->getExperimentList(),
    $statsig->getAutotuneList(), $statsig->getLayerList(), $statsig->getParameterStoreList(),
]);
$layer = $statsig->getLayer($user, 'page');
show('layer', [$layer->get('colour', ''), $layer->get('size', 'text'), $layer->get('none', 'default'), $layer->allocatedExperimentName]);

$statsig->manuallyLogGateExposure($user, 'a_tenth');
$statsig->manuallyLogDynamicConfigExposure($user, 'limits');
$statsig->manuallyLogExperimentExposure($user, 'colours');
$statsig->manuallyLogLayerParameterExposure($user, 'page', 'size');
$statsig->logEvent(new StatsigEventData('purchase', 12.5, ['item' => 'bread']), $user);

$statsig->identify($user);
$response = json_decode($statsig->getClientInitializeResponse($user, ['hash_algorithm' => 'none']), true);
show('response', [$response['feature_gates']['everyone']['value'], array_keys($response['layer_configs'])]);

$statsig->overrideGate('everyone', false);
$statsig->overrideDynamicConfig('limits', ['max' => 3], 'bao');
$statsig->overrideExperimentByGroupName('colours', 'Green');
$statsig->overrideLayer('page', ['colour' => 'pink']);
show('overridden', [
    $statsig->checkGate($user, 'everyone'), $statsig->getDynamicConfig($user, 'limits')->value,
    $statsig->getExperiment($user, 'colours')->rule_id, $statsig->getLayer($user, 'page')->get('colour', ''),
]);
$statsig->removeGateOverride('everyone');
$statsig->removeDynamicConfigOverride('limits', 'bao');
$statsig->removeAllOverrides();
show('no longer', [
    $statsig->checkGate($user, 'everyone'), $statsig->getDynamicConfig($user, 'limits')->value,
    $statsig->getExperiment($user, 'colours')->rule_id,
]);
$statsig->flushEvents();
$statsig->shutdown();
