// peer: what the reference implementation takes for what the bench measures.
//
//   node peer.mjs NODE_FOLDER DIR
//
// NODE_FOLDER is where npm installed it.  Reads the documents peer-*.json in
// DIR and prints lines "NAME NS".  Medians of turns, as the bench has them.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';

const [nodeFolder, dir] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(nodeFolder), 'here.js'));
const { Statsig, StatsigUser } = require('@statsig/statsig-node-core');

const ROUNDS = 25;
const TURN_NS = 4e6;
const N_HOT = 200;
const N_LAYERS = 64;
const SLOPES = ['set_3', 'set_100', 'version', 'number', 'regex', 'environment', 'nested', 'bucket'];
const SLOPE = 33; // conditions of the longer gate of a pair
const AGENT = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.6367.91 Safari/537.36';

async function open(name, logs) {
  const document = fs.readFileSync(path.join(dir, `peer-${name}.json`), 'utf8');
  const store = {
    initialize: async () => {}, shutdown: async () => {}, set: async () => {}, supportPollingUpdatesFor: async () => false,
    get: async () => ({ result: document, time: 1767981029384 }),
  };
  const statsig = new Statsig('secret-bench', {
    dataStore: store, disableNetwork: true, disableAllLogging: !logs, outputLogLevel: 'none', environment: 'production',
    waitForUserAgentInit: true, disableCountryLookup: true,
  });
  const { isSuccess, error } = await statsig.initialize();
  if (!isSuccess) throw new Error(`the reference refuses ${name}: ${error}`);
  return statsig;
}

let nUsers = 0;
const makeUser = () =>
  new StatsigUser({
    userID: `user-${String(nUsers++).padStart(10, '0')}`, country: 'us', email: 'a@example.com', appVersion: '2.3.4', custom: { level: 42, plan: 'free' },
  });

const subjects = new Map();
const add = (name, run, n = 0) => subjects.set(name, { run, n, ns: [] });

// The time of one, by a turn of n; what a turn prepares does not count.  The
// process's own time or all that passed, whichever is less: neither does what
// others do on this machine count, nor what its other threads do.
function turn({ run, n }) {
  const ready = run(n);
  const cpu = process.cpuUsage();
  const begin = process.hrtime.bigint();
  ready();
  const wall = Number(process.hrtime.bigint() - begin);
  const { user, system } = process.cpuUsage(cpu);
  return Math.min(wall, (user + system) * 1000) / n;
}

function findN(s) {
  if (s.n !== 0) return;
  for (s.n = 64; turn(s) * s.n < TURN_NS / 4; s.n *= 4);
  s.n = Math.max(1, Math.round(TURN_NS / turn(s)));
}

const median = (v) => v.sort((a, b) => a - b)[v.length >> 1];

// n calls with the same user, and the names in turn.
function calls(name, names, call) {
  const user = makeUser();
  let at = 0;
  add(name, (n) => () => {
    for (let i = 0; i < n; i++) call(user, names[(at = (at + 1) % names.length)]);
  });
}

// Another user for each round of the names.
function freshCalls(name, names, call) {
  add(name, (n) => {
    const users = Array.from({ length: Math.ceil(n / names.length) }, makeUser);
    return () => {
      for (let i = 0; i < n; i++) call(users[Math.floor(i / names.length)], names[i % names.length]);
    };
  });
}

const numbered = (prefix, n, step = 1) => Array.from({ length: N_HOT }, (_, i) => `${prefix}_${(i * step) % n}`);

async function main() {
  const checks = await open('checks', false);
  const logging = await open('checks', true);
  const hot = numbered('gate', 3000, 1433);
  calls('binding', hot, (user, name) => checks.removeGateOverride(name));
  calls('gate', hot, (user, name) => checks.checkGate(user, name));
  freshCalls('exposed', hot, (user, name) => logging.checkGate(user, name));
  calls('repeated', hot, (user, name) => logging.checkGate(user, name));
  calls('experiment', ['experiment_0'], (user, name) => checks.getExperiment(user, name).get('size', 0));
  const layers = Array.from({ length: N_LAYERS }, (_, i) => `layer_${i}`);
  freshCalls('layer', layers, (user, name) => logging.getLayer(user, name).get('color', ''));
  calls('unknown', numbered('gone', N_HOT), (user, name) => checks.checkGate(user, name));
  SLOPES.forEach((_, i) => {
    for (const n of [1, SLOPE]) calls(`slope_${i}_${n}`, [`slope_${i}_${n}`], (user, name) => checks.checkGate(user, name));
  });
  for (const [name, n] of [['few', 10], ['many', 30000]]) {
    const statsig = await open(name, false);
    calls(name, numbered('gate', n, 7919), (user, gate) => statsig.checkGate(user, gate));
  }
  const beside = await open('beside', false);
  const browser = new StatsigUser({ userID: 'user', userAgent: AGENT });
  for (const name of ['agent_1', 'agent_n']) {
    add(name, (n) => () => {
      for (let i = 0; i < n; i++) beside.checkGate(browser, name);
    });
  }
  for (const name of ['real', 'large']) {
    const statsig = await open(name, false);
    const user = makeUser();
    const n = name === 'real' ? 4 : 1;
    add(`response_${name}`, (count) => () => {
      for (let i = 0; i < count; i++) statsig.getClientInitializeResponse(user, { hashAlgorithm: 'djb2' });
    }, n);
  }

  for (const s of subjects.values()) findN(s);
  for (let round = 0; round < ROUNDS; round++) for (const s of subjects.values()) s.ns.push(turn(s));
  const ns = Object.fromEntries([...subjects].map(([name, s]) => [name, median(s.ns)]));

  const told = { binding: ns.binding };
  for (const name of ['gate', 'exposed', 'repeated', 'experiment', 'layer', 'unknown', 'few', 'many']) told[name] = ns[name] - ns.binding;
  SLOPES.forEach((name, i) => {
    told[name] = (ns[`slope_${i}_${SLOPE}`] - ns[`slope_${i}_1`]) / (SLOPE - 1);
  });
  told.agent = (ns.agent_n - ns.agent_1) / (SLOPE - 1);
  for (const name of ['response_real', 'response_large']) told[name] = ns[name];
  for (const [name, x] of Object.entries(told)) console.log(`${name} ${x.toFixed(1)}`);
  process.exit(0); // not waiting for what could not be sent
}

await main();
