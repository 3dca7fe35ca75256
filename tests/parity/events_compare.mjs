// events_compare: both sides' events, one by one in their order.
//
//   node events_compare.mjs FOLDER...
//
// Each folder has reference.jsonl and forkgate.jsonl.  Prints the first
// difference of each folder (of SHOW folders, 10 if it is not set) and the totals;
// the exit status is 1 when there is one.  Members may come in any order.  Times
// are compared by their type, counts of unexposed checks as sums over all events.
import fs from 'node:fs';
import path from 'node:path';

const SHOW = Number(process.env.SHOW ?? 10);
const COUNTS = 'statsig::non_exposed_checks';
const linesOf = (file) => fs.readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
const sorted = (_, v) => (v && typeof v === 'object' && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v);

// Whom a rate lets through is each side's own, unless it leaves no choice.
function sampling(metadata) {
  if (metadata?.samplingRate > 1) return { ...metadata, shadowLogged: typeof metadata.shadowLogged };
  return metadata;
}

function plain(event) {
  const received = event.metadata?.receivedAt;
  return JSON.stringify({
    ...event, time: Number.isInteger(event.time) && event.time > 1.7e12, statsigMetadata: sampling(event.statsigMetadata),
    metadata: received === undefined ? event.metadata : { ...event.metadata, receivedAt: /^\d{13}$/.test(received) },
  }, sorted);
}

function split(events) {
  const counts = {};
  const rest = events.filter(({ eventName }) => eventName !== COUNTS);
  const shapes = new Set();
  for (const event of events) {
    if (event.eventName !== COUNTS) continue;
    for (const [name, n] of Object.entries(JSON.parse(event.metadata.checks))) counts[name] = (counts[name] ?? 0) + n;
    shapes.add(plain({ ...event, metadata: Object.keys(event.metadata) }));
  }
  return [...rest.map(plain), ...shapes, JSON.stringify(counts, sorted)];
}

let nEvents = 0;
let nDifferent = 0;

function compareFolder(folder) {
  const reference = split(linesOf(path.join(folder, 'reference.jsonl')));
  const ours = split(linesOf(path.join(folder, 'forkgate.jsonl')));
  const at = Array.from({ length: Math.max(reference.length, ours.length) }).findIndex((_, i) => reference[i] !== ours[i]);
  nEvents += reference.length;
  if (at < 0) return;
  if (nDifferent++ >= SHOW) return;
  console.log(`${folder}: event ${at + 1} of ${reference.length} and ${ours.length}`);
  console.log(`  reference ${reference[at]}`);
  console.log(`  forkgate  ${ours[at]}`);
}

const folders = process.argv.slice(2);
folders.forEach(compareFolder);
console.log(`${nEvents} events over ${folders.length} documents compared: ${nDifferent} documents differ`);
process.exit(nDifferent === 0 && nEvents > 0 ? 0 : 1);
