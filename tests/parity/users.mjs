// users: people who meet a document's conditions, or just miss them.
import { FIELDS, ID_TYPES } from './document.mjs';
import * as words from './words.mjs';

const TOP = { userid: 'userID', email: 'email', ip: 'ip', country: 'country', locale: 'locale', appversion: 'appVersion', useragent: 'userAgent' };
const ALIAS = { user_id: 'userID', app_version: 'appVersion', user_agent: 'userAgent' };

const swapCase = (s) => [...s].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('');

function nearly(r, text) {
  return r.of([`${text}x`, `x${text}`, [...text].slice(0, -1).join(''), swapCase(text), text.toUpperCase(), text.toLowerCase(), ` ${text}`, `a${text}b`]);
}

function anything(r) {
  return r.weighted([
    [6, r.of(words.TEXTS)], [4, r.of(words.NUMBERS)], [3, r.of(words.ODDITIES)], [2, r.of(words.NUMBER_TEXTS)], [2, r.of(words.VERSIONS)],
    [2, r.of(words.TIME_TEXTS)], [2, r.of(words.TIMES)], [1, r.some(words.TEXTS, 0, 4)],
  ]);
}

function time(r, target) {
  const at = typeof target === 'number' ? target : Date.parse(target) || 1700000000000;
  const ms = at + r.of([0, 0, 1, -1, 1000, -1000, 86400000, -86400000, 3600000]);
  if (!(Math.abs(ms) < 8e15)) return ms;
  const iso = new Date(ms).toISOString();
  return r.of([ms, String(ms), Math.floor(ms / 1000), iso, `${iso.slice(0, 19)}Z`, iso.slice(0, 19).replace('T', ' '), r.of(words.TIME_TEXTS)]);
}

// A value that has to do with what the condition compares.
function aim(r, { operator, targetValue }) {
  const list = Array.isArray(targetValue) ? targetValue : targetValue && typeof targetValue === 'object' ? Object.keys(targetValue) : [targetValue];
  const one = list.length > 0 ? r.of(list) : null;
  if (r.percent(20) || one === null || operator == null) return anything(r);
  if (['before', 'after', 'on'].includes(operator)) return time(r, one);
  if (operator.includes('array')) return r.weighted([[3, list], [3, r.some(list, 0, list.length + 1)], [2, [...list, 'more']], [1, one]]);
  if (operator === 'eq' || operator === 'neq') return r.weighted([[5, targetValue], [2, String(one)], [2, Array.isArray(targetValue) ? list.map(String) : one]]);
  if (operator === 'str_matches') return r.of(words.TEXTS);
  if (operator.endsWith('segment_list')) return r.weighted([[9, r.of(words.MEMBERS)], [1, r.of(words.NUMBERS)]]);
  if (typeof one === 'number') return r.of([one, one + 1, one - 1, one + 0.5, String(one)]);
  if (typeof one !== 'string') return one;
  if (operator.startsWith('version_')) return r.of([one, `${one}.0`, `${one}.1`, `${one}-rc`, r.of(words.VERSIONS), Number(one) || one]);
  if (operator.startsWith('str_')) return r.of([`${one}zz`, `zz${one}`, `zz${one}zz`, one, swapCase(one), nearly(r, one)]);
  return r.weighted([[4, one], [2, swapCase(one)], [3, nearly(r, one)]]);
}

// Safe for both sides: JavaScript writes these numbers as it reads them, and its
// binding of the reference makes floats of wide integers within arrays.
function isSafe(value, within = false) {
  if (typeof value === 'number') return Number.isFinite(value) && Math.abs(value) <= (within ? 2 ** 31 - 1 : Number.MAX_SAFE_INTEGER) && !Object.is(value, -0);
  if (Array.isArray(value)) return value.every((one) => isSafe(one, true));
  return value && typeof value === 'object' ? Object.values(value).every((one) => isSafe(one, true)) : true;
}

class User {
  constructor(random) {
    this.r = random;
    this.out = {};
  }

  put(map, key, value) {
    if (isSafe(value)) (this.out[map] ??= {})[key] = value;
  }

  top(name, value) {
    if (typeof value === 'string') this.out[name] = value;
  }

  field(name, value) {
    const r = this.r;
    const low = name.toLowerCase();
    if (low in TOP && typeof value === 'string' && r.percent(80)) return this.top(TOP[low], value);
    if (low in ALIAS && typeof value === 'string' && r.percent(50)) return this.top(ALIAS[low], value);
    return this.put(r.percent(80) ? 'custom' : 'privateAttributes', r.weighted([[8, name], [1, low], [1, name.toUpperCase()]]), value);
  }

  id(type, value) {
    if (!['string', 'number'].includes(typeof value) || !isSafe(value)) return;
    if (type.toLowerCase() === 'userid') this.out.userID = value;
    else this.put('customIDs', this.r.percent(85) ? type : type.toLowerCase(), value);
  }

  meet(condition) {
    const r = this.r;
    switch (condition.type) {
      case 'user_field':
        if (condition.field) this.field(condition.field, aim(r, condition));
        break;
      case 'unit_id':
        this.id(condition.idType, aim(r, condition));
        break;
      case 'environment_field':
        this.put('statsigEnvironment', condition.field, String(aim(r, condition)));
        break;
      case 'ua_based':
        if (r.percent(70)) this.top('userAgent', r.of(words.AGENTS));
        else this.field(condition.field, aim(r, condition));
        break;
      case 'ip_based':
        if (r.percent(70)) this.top('ip', r.of(words.ADDRESSES));
        else this.field('country', r.of(words.COUNTRIES));
        break;
      default:
    }
  }

  person() {
    const r = this.r;
    if (r.percent(90)) this.out.userID = r.weighted([[20, `user-${r.below(100000)}`], [1, ''], [1, '東京-1'], [1, ' spaced '], [2, r.below(100000)], [1, 7.5]]);
    for (const type of ID_TYPES) if (r.percent(40)) this.id(type, r.percent(90) ? `${type}-${r.below(1000)}` : r.below(1000));
    for (const field of FIELDS) if (r.percent(30)) this.field(field, anything(r));
    if (r.percent(40)) this.top('userAgent', r.of(words.AGENTS));
    if (r.percent(30)) this.put('statsigEnvironment', 'tier', r.of(words.TIERS));
  }
}

export function makeUser(random, conditions) {
  const user = new User(random);
  user.person();
  for (const condition of random.some(conditions, 0, Math.ceil(conditions.length / 4))) user.meet(condition);
  return user.out;
}
