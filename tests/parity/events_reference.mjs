// events_reference: the events that the reference implementation sends.
//
//   node events_reference.mjs NODE_FOLDER FOLDER...
//
// NODE_FOLDER is where npm installed it.  Does what calls.jsonl of each folder
// says, with its document.json from an origin of our own, and writes what that
// was sent to reference.jsonl there, a line for each event.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import zlib from 'node:zlib';

const [nodeFolder, ...folders] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(nodeFolder), 'here.js'));
const { Statsig, StatsigUser } = require('@statsig/statsig-node-core');
const SCALARS = ['userID', 'email', 'ip', 'userAgent', 'country', 'locale', 'appVersion'];
const MAPS = ['customIDs', 'custom', 'privateAttributes', 'statsigEnvironment'];
const EACH = 200; // calls between two flushes: one request, so that order is kept

// The setters take any JSON value, the constructor does not.
function makeUser(from) {
  const user = new StatsigUser({ userID: '', customIDs: {} });
  user.userID = null;
  user.customIDs = null;
  for (const name of [...SCALARS, ...MAPS]) if (from[name] !== undefined) user[name] = from[name];
  return user;
}

function decode(body, encoding) {
  if (encoding === 'zstd') return execFileSync('zstd', ['-dc'], { input: body, maxBuffer: 1 << 28 });
  return encoding === 'gzip' ? zlib.gunzipSync(body) : body;
}

function serve(document, events) {
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url.startsWith('/events')) {
        events.push(...JSON.parse(decode(Buffer.concat(chunks), request.headers['content-encoding'])).events);
        response.end('{"success":true}');
      } else {
        response.setHeader('content-type', 'application/json');
        response.end(document);
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

function call(statsig, user, { call: what, name, params, silent, value, metadata, id }) {
  const options = { disableExposureLogging: silent === true };
  switch (what) {
    case 'check_gate': return statsig.checkGate(user, name, options);
    case 'gate': return statsig.getFeatureGate(user, name, options);
    case 'config': return statsig.getDynamicConfig(user, name, options);
    case 'experiment': return statsig.getExperiment(user, name, options);
    case 'layer': {
      const layer = statsig.getLayer(user, name, options);
      return params.map((param) => layer.getValue(param, null));
    }
    case 'store': {
      const store = statsig.getParameterStore(user, name, options);
      return params.map((param) => store.getValue(param, null));
    }
    case 'expose_gate': return statsig.manuallyLogFeatureGateExposure(user, name);
    case 'expose_config': return statsig.manuallyLogDynamicConfigExposure(user, name);
    case 'expose_experiment': return statsig.manuallyLogExperimentExposure(user, name);
    case 'expose_layer': return statsig.manuallyLogLayerParamExposure(user, name, params[0]);
    case 'event': return statsig.logEvent(user, name, value, metadata);
    case 'identify': return statsig.identify(user);
    case 'override_gate': return statsig.overrideGate(name, value, id);
    case 'override_config': return statsig.overrideDynamicConfig(name, value, id);
    case 'override_experiment': return statsig.overrideExperiment(name, value, id);
    case 'override_layer': return statsig.overrideLayer(name, value, id);
    default: throw new Error(`unknown call ${what}`);
  }
}

async function doAll(folder) {
  const [first, ...calls] = fs.readFileSync(path.join(folder, 'calls.jsonl'), 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
  const events = [];
  const server = await serve(fs.readFileSync(path.join(folder, 'document.json')), events);
  const origin = `http://127.0.0.1:${server.address().port}`;
  const statsig = new Statsig(`secret-${path.basename(folder)}`, { // its own: some of sdk_configs outlive a client
    specsUrl: `${origin}/specs`, logEventUrl: `${origin}/events`, outputLogLevel: 'none', disableCountryLookup: true, waitForUserAgentInit: true,
    environment: first.environment, globalCustomFields: first.custom,
  });
  const { isSuccess, error } = await statsig.initialize();
  if (!isSuccess) throw new Error(`the reference refuses the document: ${error}`);
  for (const [i, one] of calls.entries()) {
    call(statsig, one.user && makeUser(one.user), one);
    if (i % EACH === EACH - 1) await statsig.flushEvents();
  }
  await statsig.shutdown();
  server.close();
  server.closeAllConnections();
  fs.writeFileSync(path.join(folder, 'reference.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}

for (const folder of folders) await doAll(folder);
process.exit(0);
