// reference: what the reference implementation answers.
//
//   node reference.mjs NODE_FOLDER FOLDER...
//
// NODE_FOLDER is where npm installed it.  Reads document.json, idlists/ and
// cases.jsonl of each folder and writes reference.jsonl there, a line for each
// case, and responses.jsonl, a client initialize response for each user, which
// overrides.json, if it is there, has no part in.  The
// rules and ID lists come from a server in this process: it takes lists from
// nowhere else.  COUNTRY=0 in the environment leaves its countries out.
//
// Nested gates of gates and configs are known from the client initialize
// response only, which names each once, cannot evaluate experiment groups, and
// fails as a whole where one gate asks itself.  Where it does not tell the same
// as the call itself, they stay out, as null.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { hashedName } from './names.mjs';
import { applyOverrides } from './overrides.mjs';

const [nodeFolder, ...folders] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(nodeFolder), 'here.js'));
const { Statsig, StatsigUser } = require('@statsig/statsig-node-core');

const HASHES = ['none', 'djb2', 'sha256'];
const SCALARS = ['userID', 'email', 'ip', 'userAgent', 'country', 'locale', 'appVersion'];
const USER_MAPS = ['customIDs', 'custom', 'privateAttributes', 'statsigEnvironment'];

// The setters take any JSON value, the constructor does not.
function makeUser(from) {
  const user = new StatsigUser({ userID: '', customIDs: {} });
  user.userID = null;
  user.customIDs = null;
  for (const name of [...SCALARS, ...USER_MAPS]) if (from[name] !== undefined) user[name] = from[name];
  return user;
}

// Serves one folder: /specs, /lists and each list below /list/.
async function serve(folder) {
  const document = fs.readFileSync(path.join(folder, 'document.json'));
  const lists = path.join(folder, 'idlists');
  const server = http.createServer((request, response) => {
    const [, what, name] = decodeURIComponent(new URL(request.url, 'http://here').pathname).split('/');
    const here = `http://127.0.0.1:${server.address().port}`;
    const entry = (list) => ({ name: list, size: fs.statSync(path.join(lists, list)).size, url: `${here}/list/${list}`, creationTime: 1, fileID: `file_${list}` });
    if (what === 'specs') response.end(document);
    else if (what === 'lists') response.end(JSON.stringify(Object.fromEntries(fs.readdirSync(lists).map((list) => [list, entry(list)]))));
    else if (what === 'list') response.end(fs.readFileSync(path.join(lists, name)));
    else response.writeHead(404).end();
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return server;
}

async function open(server) {
  const here = `http://127.0.0.1:${server.address().port}`;
  const withCountries = process.env.COUNTRY !== '0';
  const statsig = new Statsig('secret-parity', {
    specsUrl: `${here}/specs`, idListsUrl: `${here}/lists`, logEventUrl: `${here}/events`, enableIdLists: true, disableAllLogging: true, outputLogLevel: 'none',
    fallbackToStatsigApi: false, specsSyncIntervalMs: 86400000, idListsSyncIntervalMs: 86400000, waitForUserAgentInit: true, disableCountryLookup: !withCountries,
    waitForCountryLookupInit: withCountries,
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
// those that ask for a gate that counts here: a mapped one empties what was
// known, but not where the response remembers its answer from another entity.
function untold({ feature_gates: gates, dynamic_configs: configs, layer_configs: layers, condition_map: conditions }, counts) {
  const found = new Set();
  const asks = (key) => {
    const { type, field, targetValue } = conditions[key] ?? {};
    if (type === 'experiment_group') return field !== null;
    return (type === 'pass_gate' || type === 'fail_gate') && (found.has(`gate ${targetValue}`) || gates[targetValue] === undefined || counts(targetValue));
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

const keyOf = ({ kind, name }) => `${kind === 'experiment' ? 'config' : kind} ${name}`;

const isOverridden = (live) => live.details.reason.startsWith('LocalOverride:');

// The response's entry, if it is about the same evaluation.
function entryOf(response, { kind, name }, live, without) {
  if (response === null || kind === 'param_store' || without.has(keyOf({ kind, name }))) return null;
  const maps = { gate: 'feature_gates', layer: 'layer_configs' };
  const entry = response[maps[kind] ?? 'dynamic_configs']?.[name];
  if (entry === undefined || live.details.reason.endsWith(':Unsupported') || isOverridden(live)) return null;
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
    version: live.details.version ?? null,
    lcut: live.details.lcut ?? null,
  };
}

// The names that a response has entries of, map by map.
const MAPS = { feature_gates: 'gate', dynamic_configs: 'config', layer_configs: 'layer' };

// The reference answers what it cannot evaluate with an empty response, which
// names no hash, and we with none at all.
function parsedResponse(json) {
  const response = JSON.parse(json || 'null');
  return response?.hash_used ? response : null;
}

// A response without what it remembers wrongly, and the names of that: entities
// that cannot be told, that end as unsupported, or by default after a nested
// gate, of whose list, group or active flag something may shine through.  That
// depends on which gates the response happened upon before, and it takes them
// in another order each time.
function told(response, without, hash) {
  const left_out = [];
  for (const [map, kind] of response ? Object.entries(MAPS) : []) {
    for (const key of without) {
      const name = hashedName(key.slice(kind.length + 1), hash);
      if (!key.startsWith(`${kind} `) || response[map][name] === undefined) continue;
      delete response[map][name];
      left_out.push([map, name]);
    }
  }
  return { response, left_out };
}

function* runsOfUsers(asked) {
  let run = [];
  for (const question of asked) {
    if (run.length > 0 && JSON.stringify(run[0].user) !== JSON.stringify(question.user)) {
      yield run;
      run = [];
    }
    run.push(question);
  }
  yield run;
}

async function answerAll(folder, number) {
  const parsed = JSON.parse(fs.readFileSync(path.join(folder, 'document.json'), 'utf8'));
  const server = await serve(folder);
  const statsig = await open(server);
  const overrides = path.join(folder, 'overrides.json');
  if (fs.existsSync(overrides)) applyOverrides(statsig, JSON.parse(fs.readFileSync(overrides, 'utf8')));
  const without = untold(parsed, () => false);
  const withoutLists = untold(parsed, (gate) => gate in parsed.overrides);
  const withGates = untold(parsed, () => true);
  const stores = parsed.param_stores;
  const hash = HASHES[number % HASHES.length];
  const lines = [];
  const responses = [];
  const asked = fs.readFileSync(path.join(folder, 'cases.jsonl'), 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
  for (const questions of runsOfUsers(asked)) {
    const user = makeUser(questions[0].user);
    const respond = (hashAlgorithm) => statsig.getClientInitializeResponse(user, { hashAlgorithm });
    const response = parsedResponse(respond('none'));
    const hashed = parsedResponse(respond(hash));
    const left = new Set(withoutLists);
    for (const question of questions) {
      const live = answer(statsig, user, question, stores);
      const isDefault = ['default', 'disabled'].includes(live.ruleID);
      if (live.details.reason.endsWith(':Unsupported') || isOverridden(live) || (isDefault && (withGates.has(keyOf(question)) || question.name in parsed.overrides))) left.add(keyOf(question));
      lines.push(`${JSON.stringify(tell(question, live, entryOf(response, question, live, without), withoutLists))}\n`);
    }
    responses.push(`${JSON.stringify(told(hashed, left, hash))}\n`);
  }
  await statsig.shutdown();
  server.closeAllConnections();
  server.close();
  fs.writeFileSync(path.join(folder, 'hash'), hash);
  fs.writeFileSync(path.join(folder, 'reference.jsonl'), lines.join(''));
  fs.writeFileSync(path.join(folder, 'responses.jsonl'), responses.join(''));
}

for (const folder of folders) await answerAll(folder, Number(path.basename(folder)));
process.exit(0);
