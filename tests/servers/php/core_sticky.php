<?php

// A program for Statsig's PHP Core SDK that keeps assignments in a file of JSON,
// in which there are some that the SDK itself has saved.
require __DIR__ . '/autoload.php';
autoload('Statsig\\', 'compat/core/src');

use Statsig\PersistentStorage;
use Statsig\Statsig;
use Statsig\StatsigOptions;
use Statsig\StatsigUser;
use Statsig\StickyValues;

class FileStorage extends PersistentStorage
{
    public bool $fails = false;

    public function __construct(private string $path)
    {
        parent::__construct();
    }

    public function load(string $key): ?array
    {
        return $this->all()[$key] ?? null;
    }

    public function save(string $key, string $config_name, StickyValues $data): void
    {
        $all = $this->all();
        $all[$key][$config_name] = $data->toArray();
        $this->put($all);
    }

    public function delete(string $key, string $config_name): void
    {
        $all = $this->all();
        unset($all[$key][$config_name]);
        $this->put($all);
    }

    public function all(): array
    {
        return json_decode(file_get_contents($this->path), true);
    }

    private function put(array $all): void
    {
        if ($this->fails) {
            throw new RuntimeException('read-only');
        }
        file_put_contents($this->path, json_encode($all));
    }
}

$path = tempnam(sys_get_temp_dir(), 'forkgate-');
register_shutdown_function(fn () => unlink($path));
$old = [
    'value' => true,
    'json_value' => ['colour' => 'mauve', 'size' => 7],
    'rule_id' => 'group_mauve',
    'group_name' => 'Mauve',
    'secondary_exposures' => [['gate' => 'holdout', 'gateValue' => 'false', 'ruleID' => 'default']],
    'undelegated_secondary_exposures' => [],
    'config_delegate' => null,
    'explicit_parameters' => null,
    'time' => 1700000000000,
];
file_put_contents($path, json_encode([
    'dora:userID' => ['colours' => $old, 'page' => ['config_delegate' => 'colours'] + $old],
]));

$storage = new FileStorage($path);
$statsig = new Statsig('secret-not-looked-at', new StatsigOptions(persistent_storage: $storage));
$statsig->initialize();
$of = fn (string $id) => ['user_persisted_values' => $storage->getValuesForUser(new StatsigUser($id), 'userID') ?? []];

$dora = new StatsigUser('dora');
$experiment = $statsig->getExperiment($dora, 'colours', $of('dora'));
show('what the SDK saved', [$experiment->get('colour', ''), $experiment->rule_id, $experiment->groupName, $experiment->details['reason'], $experiment->details['lcut']]);
$layer = $statsig->getLayer($dora, 'page', $of('dora'));
show('in a layer', [$layer->get('colour', ''), $layer->rule_id, $layer->allocatedExperimentName]);
show('as an object', $statsig->getExperiment($dora, 'colours', ['user_persisted_values' => [
    'colours' => StickyValues::fromArray($old),
]])->rule_id);
show('enforced', $statsig->getExperiment($dora, 'colours', $of('dora') + ['enforce_overrides' => true, 'enforce_targeting' => true])->rule_id);
show('no exposure', $statsig->getExperiment($dora, 'colours', $of('dora') + ['disable_exposure_logging' => true])->rule_id);

$deep = 1;
for ($i = 0; $i < 100; $i++) {
    $deep = ['x' => $deep];
}
foreach ([['json_value' => $deep] + $old, ['json_value' => ['x' => NAN]] + $old, STDIN, 7] as $odd) {
    show('odd', $statsig->getExperiment(new StatsigUser('emil'), 'colours', ['user_persisted_values' => ['colours' => $odd]])->rule_id);
}
$emil = new StatsigUser('emil');
$storage->save('emil:userID', 'colours', new StickyValues(true, [], '', null, [['gate' => 'x']], [], null, null, 0));
show('damaged', $statsig->getExperiment($emil, 'colours', $of('emil'))->rule_id);
show('saved anew', $storage->all()['emil:userID']['colours']);
show('and holds', $statsig->getExperiment($emil, 'colours', $of('emil'))->details['reason']);
$fritz = new StatsigUser('fritz');
show('a layer of one that is new', $statsig->getLayer($fritz, 'page', $of('fritz'))->get('colour', ''));
show('is saved', $storage->all()['fritz:userID']['page']['config_delegate']);

show('without the option', $statsig->getExperiment($dora, 'colours')->rule_id);
show('it is forgotten', array_keys($storage->all()['dora:userID']));

$storage->fails = true;
ini_set('error_log', '/dev/null');
show('a storage that fails', $statsig->getExperiment($dora, 'colours')->rule_id);
