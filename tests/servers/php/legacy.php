<?php

// A program as it is written for Statsig's legacy SDK.
require __DIR__ . '/autoload.php';
autoload('Statsig\\', 'compat/legacy/src');

use Statsig\Adapters\LocalFileDataAdapter;
use Statsig\Adapters\LocalFileLoggingAdapter;
use Statsig\StatsigEvent;
use Statsig\StatsigOptions;
use Statsig\StatsigServer;
use Statsig\StatsigUser;

$options = new StatsigOptions(new LocalFileDataAdapter(), new LocalFileLoggingAdapter());
$options->setEnvironmentTier('staging');
$options->setEventQueueSize(10);
$statsig = new StatsigServer('secret-not-looked-at', $options);
$user = StatsigUser::withUserID('ada')->setEmail('ada@example.com')->setCustom(['size' => 1200])
    ->setPrivateAttributes(['secret' => 'hidden-from-all'])->setCountry('NZ');

show('gate', $statsig->checkGate($user, 'everyone'));
show('gate by environment', $statsig->checkGate($user, 'staging_only'));
show('unknown gate', $statsig->checkGate($user, 'nobody_knows', true));
$gate = $statsig->getFeatureGate($user, 'nested');
show('gate in full', [$gate->getName(), $gate->getValue(), $gate->getRuleID(), $gate->getSecondaryExposures(), $gate->getIDType()]);
show('why', $gate->getEvaluationDetails()->reason);

$config = $statsig->getConfig($user, 'limits');
show('config', [$config->get('max', 0), $config->get('max', 'text'), $config->get('none', 7), $config->getRuleID()]);
$config = $statsig->getExperiment($user, 'colours');
show('experiment', [$config->get('colour', ''), $config->getGroupName(), $config->getValue()]);

$layer = $statsig->getLayer($user, 'page');
show('layer', [$layer->get('colour', ''), $layer->getTyped('size', 'text'), $layer->get('none', 'default'), $layer->getAllocatedExperimentName()]);

$statsig->manuallyLogGateExposure($user, 'a_tenth');
$statsig->manuallyLogConfigExposure($user, 'limits');
$statsig->manuallyLogExperimentExposure($user, 'colours');
$statsig->manuallyLogLayerParameterExposure($user, 'page', 'size');

$event = new StatsigEvent('purchase');
$event->setUser($user);
$event->setValue(12.5);
$event->setMetadata(['item' => 'bread']);
$statsig->logEvent($event);

$response = $statsig->getClientInitializeResponse($user, null, 'none');
show('response', [$response['feature_gates']['everyone']['value'], array_keys($response['layer_configs'])]);
$statsig->flush();

try {
    StatsigUser::withUserID(' ');
} catch (Statsig\Exceptions\StatsigUserException $e) {
    show('no user', get_class($e));
}
