<?php

// Flags of every kind and type through the OpenFeature provider, with the SDK
// that OPENFEATURE_SDK loads (Composer's vendor/autoload.php, say), or what this
// folder has in its place.
require __DIR__ . '/autoload.php';
require getenv('OPENFEATURE_SDK') ?: __DIR__ . '/openfeature_sdk.php';
autoload('Forkgate\\OpenFeature\\', 'openfeature/src');

use Forkgate\OpenFeature\ForkgateProvider;
use OpenFeature\implementation\flags\Attributes;
use OpenFeature\implementation\flags\EvaluationContext;
use OpenFeature\interfaces\provider\ResolutionDetails;

function told(ResolutionDetails $d): array
{
    return array_filter(
        [$d->getValue(), $d->getReason(), $d->getVariant(), $d->getError()?->getResolutionErrorCode()->getValue()],
        static fn ($part) => $part !== null,
    );
}

$provider = new ForkgateProvider();
show('name', $provider->getMetadata()->getName());
show('hooks', $provider->getHooks());
$context = new EvaluationContext('cleo', new Attributes([
    'size' => 1200, 'email' => 'cleo@example.com', 'country' => 'NZ',
    'privateAttributes' => ['secret' => 'hidden-from-all'], 'since' => new DateTime('2026-01-01T00:00:00Z'),
]));
if (($argv[1] ?? '') === 'no-rules') {
    show('no rules', told($provider->resolveBooleanValue('everyone', true, $context)));
    exit;
}
show('gate', told($provider->resolveBooleanValue('everyone', false, $context)));
show('gate by kind', told($provider->resolveBooleanValue('gate:nested', false, $context)));
show('gate of default', told($provider->resolveBooleanValue('staging_only', true, new EvaluationContext('cleo', new Attributes(['statsigEnvironment' => ['tier' => 'production']])))));
show('unknown gate', told($provider->resolveBooleanValue('nobody.knows', true, $context)));
show('integer', told($provider->resolveIntegerValue('limits.max', 5, $context)));
show('float', told($provider->resolveFloatValue('limits.ratio', 0.5, $context)));
show('integer as float', told($provider->resolveFloatValue('experiment:colours.size', 0.5, $context)));
show('other type', told($provider->resolveStringValue('limits.max', 'text', $context)));
show('no parameter', told($provider->resolveStringValue('limits.none', 'text', $context)));
show('experiment', told($provider->resolveStringValue('experiment:colours.colour', 'text', $context)));
show('object', told($provider->resolveObjectValue('experiment:colours', [], $context)));
show('layer', told($provider->resolveStringValue('layer:page.colour', 'text', $context)));
show('store', told($provider->resolveStringValue('store:looks.show', 'text', $context)));
show('whole store', told($provider->resolveObjectValue('store:looks', ['d'], $context)));
show('whole layer', told($provider->resolveObjectValue('layer:page', [], $context)));
show('nobody', told($provider->resolveBooleanValue('everyone', true, null)));
show('only a custom ID', told($provider->resolveBooleanValue('everyone', false, new EvaluationContext(null, new Attributes(['customIDs' => ['companyID' => 'c1']])))));
