// calls: what programs do with a document, for the comparison of events.
//
//   node calls.mjs OUT SEED DOCS USERS
//
// Writes OUT/0001/document.json and OUT/0001/calls.jsonl and so on: the first
// line is how both sides are opened, each other one a call that may log.
//
// Two things of the reference stay out.  Some of its calls take the id of the
// spec's own idType into the key of deduplication and some do not: check_gate and
// what conditions on groups and parameter stores ask do.  So whatever one of
// these asks is asked by nothing else here, and gates in a circle, which lose
// their names there, are not asked at all.  A gate that asks for a group is asked
// by check_gate alone: its other calls log the group's experiment even where
// they are to log nothing.  Whom a sampling rate lets through differs by the
// processor; where sampling is on, rates are those that leave no choice.
import fs from 'node:fs';
import path from 'node:path';
import { makeDocument } from './document.mjs';
import { Random } from './random.mjs';
import { makeUser } from './users.mjs';
import * as words from './words.mjs';

const [out, seed, docs, users] = process.argv.slice(2);
const HOUR = 3600000;

function setSampling(document, r, number) {
  const mode = ['none', 'on', 'shadow', undefined][number % 4];
  const rates = mode === 'on' ? [0, 1] : [0, 1, 2, 50, 101];
  const specs = [document.feature_gates, document.dynamic_configs, document.layer_configs].flatMap((map) => Object.values(map));
  for (const rule of specs.flatMap((spec) => spec.rules)) {
    delete rule.samplingRate;
    if (r.percent(50)) rule.samplingRate = r.of(rates);
  }
  document.sdk_configs = {
    ...(mode ? { sampling_mode: mode } : {}), ...(r.percent(50) ? { special_case_sampling_rate: r.of([...rates, '1', '0.5', 'many', null]) } : {}),
    exposure_dedupe_ttl_ms: HOUR, exposure_spec_sampling_ttl_ms: HOUR,
  };
  document.diagnostics = { initialize: 0, dcs: 0, get_id_list: 0 };
}

// What is asked by stores and by conditions, and circles.
function askedWithin({ condition_map: conditions, param_stores: stores }) {
  const params = Object.values(stores).flatMap((store) => Object.values(store.parameters));
  const groups = Object.values(conditions).filter(({ type }) => type === 'experiment_group');
  return new Set(['loop_a', 'loop_b', 'loop_self', ...params.flatMap((p) => [p.gate_name, p.config_name, p.experiment_name, p.layer_name]), ...groups.map(({ field }) => field)]);
}

// All that may be asked of a document, a list for each name.
function questions(document) {
  const of = (map) => Object.entries(map);
  const gates = [...Object.keys(document.feature_gates), 'no-such-name'].map((name, i) => (i % 2 || name.startsWith('late_') ? [{ call: 'check_gate', name }] : [{ call: 'gate', name }, { call: 'expose_gate', name }]));
  const configs = [...of(document.dynamic_configs), ['no-such-name', {}]].map(([name, { entity }]) => {
    const call = entity === 'dynamic_config' ? 'config' : 'experiment';
    return [{ call, name }, { call: `expose_${call}`, name }];
  });
  const bandits = Object.keys(document.cmab_configs).map((name) => [{ call: 'experiment', name }]);
  const params = ['p', 'q', 'Q', 'z', 'only', 'color', 'no-such-param'];
  const layers = [...Object.keys(document.layer_configs), 'no-such-name'].map((name) => [{ call: 'layer', name, params }, ...['p', 'only'].map((param) => ({ call: 'expose_layer', name, params: [param] }))]);
  const stores = of(document.param_stores).map(([name, { parameters }]) => [{ call: 'store', name, params: Object.keys(parameters) }]);
  const asked = askedWithin(document);
  return [...gates, ...gates, ...configs, ...bandits, ...layers].filter(([{ name }]) => !asked.has(name)).concat(stores);
}

function event(r) {
  const text = () => r.of(words.TEXTS);
  const metadata = () => Object.fromEntries(r.some(['sku', 'Größe', '', 'a"b', 'n'], 0, 4).map((key) => [key, r.of([text(), text(), r.of(words.NUMBERS), true, null])]));
  return {
    call: 'event', name: r.of(['purchase', '', 'ü', 'x'.repeat(200), text()]), value: r.weighted([[2, null], [3, text()], [3, r.of(words.NUMBERS)]]),
    metadata: r.percent(70) ? metadata() : null,
  };
}

// Some calls of a user, some of them again, and some without an exposure.
function* callsOf(r, list) {
  for (let i = 0; i < 60; i++) {
    const question = r.of(r.of(list));
    if (r.percent(8)) yield event(r);
    if (r.percent(2)) yield { call: 'identify' };
    yield r.percent(15) && !question.call.startsWith('expose_') ? { ...question, silent: true } : question;
  }
}

function* overrides(r, person) {
  const id = r.of([null, null, person.userID, Object.values(person.customIDs ?? {})[0]].filter((x) => x === null || typeof x === 'string'));
  const value = { p: 'own', color: 'own', own: 1 };
  yield r.of([
    { call: 'override_gate', name: r.of(['gate_1', 'gate_3', 'not-in-the-rules']), value: r.percent(50), id },
    { call: 'override_config', name: 'config_1', value, id },
    { call: 'override_experiment', name: r.of(['exp_0', 'exp_4']), value, id },
    { call: 'override_layer', name: 'layer_1', value, id },
  ]);
}

for (let number = 1; number <= Number(docs); number++) {
  const folder = path.join(out, String(number).padStart(4, '0'));
  const r = new Random(`calls ${seed} ${number}`);
  const document = makeDocument(new Random(`document ${seed} ${number}`), number, { idLists: false, country: false });
  setSampling(document, r, number);
  const list = questions(document);
  const lines = [{
    call: 'open', ...(r.percent(50) ? { environment: r.of(words.TIERS) } : {}),
    ...(r.percent(60) ? { custom: { plan: 'global', n: 7, half: 0.5, yes: true, 'a"b': 'ü' } } : {}),
  }];
  for (let i = 0; i < Number(users); i++) {
    const user = makeUser(r, Object.values(document.condition_map));
    if (r.percent(30)) for (const call of overrides(r, user)) lines.push(call);
    for (const call of callsOf(r, list)) lines.push({ ...call, user });
  }
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'document.json'), JSON.stringify(document));
  fs.writeFileSync(path.join(folder, 'calls.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
