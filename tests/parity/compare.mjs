// compare: both sides' answers, line by line.
//
//   node compare.mjs FOLDER...
//
// Each folder has cases.jsonl, reference.jsonl and forkgate.jsonl, and the client
// responses in responses.jsonl and forkgate-responses.jsonl.  Prints every
// difference (the first SHOW of them, 20 if it is not set) and the totals; the
// exit status is 1 when there is one.  Keys may come in any order, numbers count by value.
// A reason is compared without the source that the rules came from.
import fs from 'node:fs';
import path from 'node:path';

const SHOW = Number(process.env.SHOW ?? 20);
const FIELDS = [
  'value', 'rule_id', 'id_type', 'group_name', 'reason', 'is_experiment_active', 'is_user_in_experiment', 'allocated_experiment', 'explicit_parameters',
  'passed', 'secondary_exposures', 'undelegated_secondary_exposures', 'version', 'lcut',
];

const linesOf = (file) => fs.readFileSync(file, 'utf8').split('\n').filter((line) => line !== '');
const sorted = (_, v) => (v && typeof v === 'object' && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v);
const text = (v) => JSON.stringify(v ?? null, sorted);
const once = (list) => [...new Map(list.map((x) => [text(x), x])).values()];

function plain(field, value, kind) {
  if (field === 'reason') return value.replace(/^(Network|Adapter\([A-Za-z]*\)|Snapshot|Bootstrap):/, '');
  // The response from which the reference's are known tells each once.
  if (field === 'secondary_exposures' && (kind === 'gate' || kind === 'config')) return once(value);
  // We say null of what is not in the rules.
  if (field === 'is_experiment_active') return value ?? false;
  return value;
}

const OWN = ['sdkInfo', 'generator', 'time_generated'];

let nCompared = 0;
let nResponses = 0;
let nFields = 0;
let nDifferent = 0;

// What the reference does not tell of a kind is not there, or null for exposures.
function differences(reference, ours) {
  return FIELDS.filter((field) => {
    if (reference[field] === undefined || (field === 'secondary_exposures' && reference[field] === null)) return false;
    nFields++;
    if (ours[field] === undefined) return true;
    return text(plain(field, reference[field], reference.kind)) !== text(plain(field, ours[field], reference.kind));
  });
}

// Where two values part, and what each has there.
function partings(reference, ours, at) {
  if (text(reference) === text(ours)) return [];
  const isObject = (v) => v && typeof v === 'object' && !Array.isArray(v);
  if (!isObject(reference) || !isObject(ours)) return [`  ${at}: reference ${text(reference)}, forkgate ${text(ours)}`];
  const keys = new Set([...Object.keys(reference), ...Object.keys(ours)]);
  return [...keys].flatMap((key) => partings(reference[key], ours[key], `${at}/${key}`));
}

// Who made a response, and when, is not compared.
function compareResponses(folder) {
  const reference = linesOf(path.join(folder, 'responses.jsonl'));
  const ours = linesOf(path.join(folder, 'forkgate-responses.jsonl'));
  if (reference.length !== ours.length) {
    console.log(`${folder}: ${reference.length} and ${ours.length} client responses`);
    nDifferent++;
    return;
  }
  reference.forEach((line, i) => {
    const { response, left_out } = JSON.parse(line);
    const mine = JSON.parse(ours[i]);
    for (const [map, name] of mine.gcir ? left_out : []) delete mine.gcir[map][name];
    for (const one of [response, mine.gcir]) for (const key of OWN) delete one?.[key];
    const found = partings(response, mine.gcir, '');
    nResponses++;
    if (found.length === 0 || nDifferent++ >= SHOW) return;
    console.log(`${folder} response ${i + 1}: ${found.length} differences\n${found.slice(0, 5).join('\n')}\n  ${text(mine.user)}`);
  });
}

function compareFolder(folder) {
  const cases = linesOf(path.join(folder, 'cases.jsonl'));
  const reference = linesOf(path.join(folder, 'reference.jsonl'));
  const ours = linesOf(path.join(folder, 'forkgate.jsonl'));
  if (reference.length !== cases.length || ours.length !== cases.length) {
    console.log(`${folder}: ${cases.length} cases, ${reference.length} and ${ours.length} answers`);
    nDifferent++;
    return;
  }
  cases.forEach((line, i) => {
    const theirs = JSON.parse(reference[i]);
    const mine = JSON.parse(ours[i]);
    const fields = differences(theirs, mine);
    nCompared++;
    if (fields.length === 0) return;
    if (nDifferent++ >= SHOW) return;
    console.log(`${folder} case ${i + 1}: ${theirs.kind} ${theirs.name}`);
    for (const field of fields) console.log(`  ${field}: reference ${text(theirs[field])}, forkgate ${text(mine[field])}`);
    console.log(`  ${line}`);
  });
}

const folders = process.argv.slice(2);
folders.forEach(compareFolder);
folders.forEach(compareResponses);
console.log(
  `${nCompared} evaluations over ${folders.length} documents compared in ${nFields} fields, and ${nResponses} client responses: ${nDifferent} different`,
);
process.exit(nDifferent === 0 && nCompared > 0 ? 0 : 1);
