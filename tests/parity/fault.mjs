// fault: a document with one operator turned round, to see that it is noticed.
//
//   node fault.mjs DOCUMENT OUT
import fs from 'node:fs';

const TURNED = { any: 'none', none: 'any', gt: 'lte', gte: 'lt', lt: 'gte', lte: 'gt', eq: 'neq', neq: 'eq' };
const [from, to] = process.argv.slice(2);
const document = JSON.parse(fs.readFileSync(from, 'utf8'));
const used = document.feature_gates.gate_0.rules.flatMap((rule) => rule.conditions);
const key = [...used, ...Object.keys(document.condition_map)].find((k) => document.condition_map[k]?.operator in TURNED);
const condition = document.condition_map[key];
console.log(`fault: condition ${key}: ${condition.operator} becomes ${TURNED[condition.operator]}`);
condition.operator = TURNED[condition.operator];
fs.writeFileSync(to, JSON.stringify(document));
