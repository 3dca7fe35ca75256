// overrides: an overrides file of a host, and the same for the reference.
//
// Parameter stores are left out: the reference's Node binding ignores their
// overrides.

// One ID a name: of two that a user has, the reference takes any.
function idOf(random, users) {
  const user = random.of(users);
  const ids = [user.userID, ...Object.values(user.customIDs ?? {})].filter((id) => typeof id === 'string' && id !== '');
  return ids.length > 0 ? random.of(ids) : undefined;
}

const object = (v) => v !== null && typeof v === 'object' && !Array.isArray(v);

function whatOf(random, kind, spec) {
  if (kind === 'gate') return { value: random.percent(50) };
  const groups = (spec?.rules ?? []).map((rule) => rule.groupName).filter((name) => typeof name === 'string');
  if (kind === 'experiment' && random.percent(50)) return { group: random.of([...groups, 'no-such-group']) };
  const values = (spec?.rules ?? []).map((rule) => rule.returnValue).filter(object);
  return { value: random.of([...values, {}, { one: 1, text: '\u00e9', deep: { list: [1, 2.5, null] } }]) };
}

export function makeOverrides(random, document, users) {
  const maps = { gate: document.feature_gates, config: document.dynamic_configs, experiment: document.dynamic_configs, layer: document.layer_configs };
  const overrides = [];
  for (const [kind, map] of Object.entries(maps)) {
    for (const name of [...Object.keys(map), ...Object.keys(kind === 'experiment' ? document.cmab_configs : {}), 'no-such-name']) {
      if (!random.percent(15)) continue;
      const id = idOf(random, users);
      const both = random.percent(40);
      if (id !== undefined && (both || random.percent(50))) overrides.push({ [kind]: name, id, ...whatOf(random, kind, map[name]) });
      if (id === undefined || both) overrides.push({ [kind]: name, ...whatOf(random, kind, map[name]) });
    }
  }
  return { overrides };
}

export function applyOverrides(statsig, { overrides }) {
  for (const { gate, config, experiment, layer, id, value, group } of overrides) {
    const of = (name) => (id === undefined ? [name] : [name, id]);
    if (gate !== undefined) statsig.overrideGate(gate, ...of(value));
    else if (config !== undefined) statsig.overrideDynamicConfig(config, ...of(value));
    else if (layer !== undefined) statsig.overrideLayer(layer, ...of(value));
    else if (group !== undefined) statsig.overrideExperimentByGroupName(experiment, ...of(group));
    else statsig.overrideExperiment(experiment, ...of(value));
  }
}
