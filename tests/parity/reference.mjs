// reference: what the reference implementation answers.
//
//   node reference.mjs NODE_FOLDER FOLDER...
//
// NODE_FOLDER is where npm installed it.  Reads document.json and cases.jsonl
// of each folder and writes reference.jsonl there, a line for each case.
//
// Nested gates of gates and configs are known from the client initialize
// response only, which names each once, cannot evaluate experiment groups, and
// fails as a whole where one gate asks itself.  Where it does not tell the same
// as the call itself, they stay out, as null.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';

const [nodeFolder, ...folders] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(nodeFolder), 'here.js'));
const { Statsig, StatsigUser } = require('@statsig/statsig-node-core');

const SCALARS = ['userID', 'email', 'ip', 'userAgent', 'country', 'locale', 'appVersion'];
const MAPS = ['customIDs', 'custom', 'privateAttributes', 'statsigEnvironment'];

// The setters take any JSON value, the constructor does not.
function makeUser(from) {
  const user = new StatsigUser({ userID: '', customIDs: {} });
  user.userID = null;
  user.customIDs = null;
  for (const name of [...SCALARS, ...MAPS]) if (from[name] !== undefined) user[name] = from[name];
  return user;
}

async function open(document, time) {
  const store = {
    initialize: async () => {}, shutdown: async () => {}, set: async () => {}, supportPollingUpdatesFor: async () => false,
    get: async () => ({ result: document, time }),
  };
  const statsig = new Statsig('secret-parity', {
    dataStore: store, disableNetwork: true, disableAllLogging: true, outputLogLevel: 'none', waitForUserAgentInit: true, disableCountryLookup: process.env.COUNTRY !== '1',
    waitForCountryLookupInit: process.env.COUNTRY === '1',
  });
  const { isSuccess, error } = await statsig.initialize();
  if (!isSuccess) throw new Error(`the reference refuses the document: ${error}`);
  return statsig;
}

function answer(statsig, user, { kind, name }, stores) {
  switch (kind) {
    case 'gate':
      return statsig.__INTERNAL_getFeatureGate(user, name);
    case 'config':
      return statsig.__INTERNAL_getDynamicConfig(user, name);
    case 'experiment':
      return statsig.__INTERNAL_getExperiment(user, name);
    case 'layer':
      return statsig.__INTERNAL_getLayer(user, name);
    default: {
      const store = statsig.getParameterStore(user, name);
      const values = Object.keys(stores[name].parameters).map((param) => [param, store.getValue(param, null)]);
      return { value: Object.fromEntries(values), details: store.getEvaluationDetails() };
    }
  }
}

const same = (a, b) => JSON.stringify(a, sorted) === JSON.stringify(b, sorted);
const sorted = (_, v) => (v && typeof v === 'object' && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v);

// The entities whose nested gates the response cannot tell: those that ask,
// however deep, for an experiment's group or for a gate that is not there (its
// stale rule id is that of whatever the response evaluated before).  Likewise
// those that ask for a gate of these names: a mapped one empties what was known,
// but not where the response remembers its answer from another entity.
function untold({ feature_gates: gates, dynamic_configs: configs, layer_configs: layers, condition_map: conditions }, names) {
  const found = new Set();
  const asks = (key) => {
    const { type, targetValue } = conditions[key] ?? {};
    if (type === 'experiment_group') return true;
    return (type === 'pass_gate' || type === 'fail_gate') && (found.has(`gate ${targetValue}`) || gates[targetValue] === undefined || names.includes(targetValue));
  };
  const isFound = (rule) => rule.conditions.some(asks) || found.has(`config ${rule.configDelegate}`);
  const look = (kind, map) => {
    for (const [name, spec] of Object.entries(map)) if (spec.rules.some(isFound)) found.add(`${kind} ${name}`);
  };
  let before;
  do {
    before = found.size;
    look('gate', gates);
    look('config', configs);
    look('layer', layers);
  } while (found.size > before);
  return found;
}

// The response's entry, if it is about the same evaluation.
function entryOf(response, { kind, name }, live, without) {
  const key = `${kind === 'experiment' ? 'config' : kind} ${name}`;
  if (response === null || kind === 'param_store' || without.has(key)) return null;
  const maps = { gate: 'feature_gates', layer: 'layer_configs' };
  const entry = response[maps[kind] ?? 'dynamic_configs']?.[name];
  if (entry === undefined || live.details.reason.endsWith(':Unsupported')) return null;
  return entry.rule_id === live.ruleID && same(entry.value, live.value ?? {}) ? entry : null;
}

function tell(question, live, entry, withoutLists) {
  const { kind, name } = question;
  const hasLists = !withoutLists.has(`${kind} ${name}`);
  const raw = kind === 'experiment' || kind === 'layer';
  return {
    kind,
    name,
    value: live.value ?? (kind === 'gate' || kind === 'param_store' ? live.value : {}),
    reason: live.details.reason,
    rule_id: kind === 'param_store' ? undefined : live.ruleID,
    id_type: kind === 'param_store' ? undefined : live.idType || null,
    group_name: raw ? live.groupName ?? null : undefined,
    is_experiment_active: raw ? live.isExperimentActive ?? null : undefined,
    allocated_experiment: kind === 'layer' ? live.allocatedExperimentName || null : undefined,
    secondary_exposures: raw ? live.secondaryExposures ?? [] : (hasLists && entry?.secondary_exposures) || null,
    undelegated_secondary_exposures: (kind === 'layer' && hasLists && entry?.undelegated_secondary_exposures) || undefined,
    explicit_parameters: (kind === 'layer' && hasLists && entry?.explicit_parameters) || undefined,
    is_user_in_experiment: entry?.is_user_in_experiment,
    passed: entry?.passed,
  };
}

async function answerAll(folder) {
  const document = fs.readFileSync(path.join(folder, 'document.json'), 'utf8');
  const parsed = JSON.parse(document);
  const statsig = await open(document, parsed.time);
  const without = untold(parsed, []);
  const withoutLists = untold(parsed, Object.keys(parsed.overrides));
  const stores = parsed.param_stores;
  const lines = [];
  let userText = null;
  let user;
  let response;
  for (const line of fs.readFileSync(path.join(folder, 'cases.jsonl'), 'utf8').split('\n')) {
    if (line === '') continue;
    const question = JSON.parse(line);
    const text = JSON.stringify(question.user);
    if (text !== userText) {
      userText = text;
      user = makeUser(question.user);
      const json = statsig.getClientInitializeResponse(user, { hashAlgorithm: 'none' });
      response = json ? JSON.parse(json) : null;
    }
    const live = answer(statsig, user, question, stores);
    lines.push(`${JSON.stringify(tell(question, live, entryOf(response, question, live, without), withoutLists))}\n`);
  }
  await statsig.shutdown();
  fs.writeFileSync(path.join(folder, 'reference.jsonl'), lines.join(''));
}

for (const folder of folders) await answerAll(folder);
process.exit(0);
