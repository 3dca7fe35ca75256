// generate: documents and questions to them, for the comparison.
//
//   node generate.mjs OUT SEED DOCS USERS
//
// Writes OUT/0001/document.json, OUT/0001/cases.jsonl and so on; the cases are
// every entity of the document for each user.  OUT/0001/idlists has a file for
// each ID list.  Every third document has a host's overrides beside it, in
// OUT/0003/overrides.json.  ID_LISTS=0 and COUNTRY=0 in the environment leave out what a
// document alone cannot answer.
import fs from 'node:fs';
import path from 'node:path';
import { makeDocument, makeIdList } from './document.mjs';
import { makeOverrides } from './overrides.mjs';
import { Random } from './random.mjs';
import { makeUser } from './users.mjs';
import { ID_LISTS } from './words.mjs';

const [out, seed, docs, users] = process.argv.slice(2);
const options = { idLists: process.env.ID_LISTS !== '0', country: process.env.COUNTRY !== '0' };

function* questions(document) {
  for (const name of Object.keys(document.feature_gates)) yield { kind: 'gate', name };
  for (const [name, spec] of Object.entries(document.dynamic_configs)) yield { kind: spec.entity === 'dynamic_config' ? 'config' : 'experiment', name };
  for (const name of Object.keys(document.cmab_configs)) yield { kind: 'experiment', name };
  for (const name of Object.keys(document.layer_configs)) yield { kind: 'layer', name };
  for (const name of Object.keys(document.param_stores)) yield { kind: 'param_store', name };
  for (const kind of ['gate', 'config', 'experiment', 'layer']) yield { kind, name: 'no-such-name' };
}

for (let number = 1; number <= Number(docs); number++) {
  const folder = path.join(out, String(number).padStart(4, '0'));
  const document = makeDocument(new Random(`document ${seed} ${number}`), number, options);
  const random = new Random(`users ${seed} ${number}`);
  const list = [...questions(document)];
  const lines = [];
  const asking = [];
  for (let i = 0; i < Number(users); i++) {
    const user = makeUser(random, Object.values(document.condition_map));
    asking.push(user);
    for (const question of list) lines.push(`${JSON.stringify({ user, ...question })}\n`);
  }
  fs.mkdirSync(path.join(folder, 'idlists'), { recursive: true });
  const members = new Random(`id lists ${seed} ${number}`);
  for (const name of options.idLists ? ID_LISTS : []) fs.writeFileSync(path.join(folder, 'idlists', name), makeIdList(members, name));
  if (number % 3 === 0) {
    const overrides = makeOverrides(new Random(`overrides ${seed} ${number}`), document, asking);
    fs.writeFileSync(path.join(folder, 'overrides.json'), JSON.stringify(overrides));
  }
  fs.writeFileSync(path.join(folder, 'document.json'), JSON.stringify(document));
  fs.writeFileSync(path.join(folder, 'cases.jsonl'), lines.join(''));
}
