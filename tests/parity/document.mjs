// document: a ruleset with something of everything, from random choices.
//
// What the reference answers by crashing or never ending stays out: array
// equality with elements that are the same in lower case, mappings in a circle,
// experiment groups that ask each other.  Hence an order: gates ask only gates
// before them, mappings lead to gates and configs that are not mapped and ask
// for nothing mapped, and only the last gates ask for experiment groups.
import { createHash } from 'node:crypto';
import * as words from './words.mjs';

const NUMBER_OPS = ['gt', 'gte', 'lt', 'lte'];
const VERSION_OPS = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'].map((op) => `version_${op}`);
const TEXT_OPS = [
  'any', 'none', 'any_case_sensitive', 'none_case_sensitive', 'str_starts_with_any', 'str_ends_with_any', 'str_contains_any', 'str_contains_none',
];
const TIME_OPS = ['before', 'after', 'on'];
const ARRAY_OPS = ['array_contains_any', 'array_contains_none', 'array_contains_all', 'not_array_contains_all'];
const LIST_OPS = ['in_segment_list', 'not_in_segment_list'];
const FAMILIES = [
  [4, TEXT_OPS], [3, NUMBER_OPS], [3, VERSION_OPS], [3, TIME_OPS], [3, ['eq', 'neq']], [2, ARRAY_OPS], [2, ['str_matches']],
];
export const FIELDS = [
  'userID', 'email', 'ip', 'country', 'locale', 'appVersion', 'userAgent', 'user_id', 'app_version', 'user_agent', 'EMAIL', 'AppVersion',
  'level', 'Level', 'plan', 'tags', 'when', 'build', 'Straße', 'score',
];
export const ID_TYPES = ['userID', 'userID', 'UserId', 'companyID', 'deviceID', 'OrgID'];
const PERCENTS = [0, 100, 100, 100, 50, 10, 33.33, 66.6667, 99.99, 0.01, 1, 25, 75, 90, 0.005, 101, -1, 12.5];

const uniqueInLowerCase = (list) => {
  const seen = new Set();
  return list.filter((x) => {
    const key = (typeof x === 'string' ? x : JSON.stringify(x)).toLowerCase();
    return seen.has(key) ? false : seen.add(key);
  });
};

class Document {
  constructor(random, options) {
    this.random = random;
    this.options = options;
    this.conditions = {};
    this.gates = {};
    this.configs = {};
    this.layers = {};
    this.shared = [];
  }

  // ------------------------------------------------------------ conditions

  condition(fields) {
    const key = String(1000 + Object.keys(this.conditions).length);
    this.conditions[key] = { idType: this.random.of(ID_TYPES), ...fields };
    return key;
  }

  operator() {
    const r = this.random;
    const lists = this.options.idLists ? [[2, LIST_OPS]] : [];
    return r.of(r.weighted([...FAMILIES, ...lists]));
  }

  target(op) {
    const r = this.random;
    if (r.percent(6)) return r.of([null, true, false, 7, '7', '', [], {}, ['red'], { red: true }, 0.5, [[1]], [null, true, 1.5]]);
    if (NUMBER_OPS.includes(op)) {
      return r.weighted([[6, r.of(words.NUMBERS)], [1, r.of(words.WIDE_NUMBERS)], [2, String(r.of(words.NUMBERS))], [2, r.of(words.NUMBER_TEXTS)]]);
    }
    if (VERSION_OPS.includes(op)) return r.percent(92) ? r.of(words.VERSIONS) : r.of(words.NUMBERS);
    if (TIME_OPS.includes(op)) return r.weighted([[3, r.of(words.TIMES)], [3, r.of(words.TIME_TEXTS)], [1, 1700000000000 + r.below(2 * 86400000)]]);
    if (ARRAY_OPS.includes(op)) return r.percent(80) ? r.some(words.TEXTS, 0, 4) : [...r.some(words.NUMBERS, 1, 3), ...r.some(words.ODDITIES, 0, 2)];
    if (LIST_OPS.includes(op)) return r.of([...words.ID_LISTS, 'list_unknown']);
    if (op === 'str_matches') return r.of(words.PATTERNS);
    if (op === 'eq' || op === 'neq') return this.equalTarget();
    const list = r.some(words.TEXTS, 0, 6);
    return r.weighted([[8, list], [2, [...list, ...r.some(words.NUMBERS, 1, 2)]], [2, Object.fromEntries(list.map((s) => [s.toLowerCase(), true]))]]);
  }

  equalTarget() {
    const r = this.random;
    return r.weighted([
      [4, r.of(words.TEXTS)], [3, r.of(words.NUMBERS)], [1, true], [1, false], [1, null], [2, r.of(words.NUMBER_TEXTS)],
      [2, uniqueInLowerCase(r.some(words.TEXTS, 0, 3))], [1, uniqueInLowerCase(r.some(words.NUMBERS, 1, 3))], [1, { k: 'v' }], [1, { k: 1 }], [1, {}],
    ]);
  }

  compare(type, field, more = {}) {
    const operator = this.operator();
    return this.condition({ type, operator, field, targetValue: this.target(operator), ...more });
  }

  // A condition on the user alone.
  plain() {
    const r = this.random;
    if (this.shared.length > 0 && r.percent(25)) return r.of(this.shared);
    const make = r.weighted([
      [40, () => this.compare('user_field', r.percent(97) ? r.of(FIELDS) : null)],
      [6, () => this.compare('unit_id', null)],
      [5, () => this.compare('environment_field', r.of(['tier', 'tier', 'Tier', 'region']))],
      [3, () => this.condition({ type: 'environment_field', operator: r.of(['any', 'none', 'eq']), field: 'tier', targetValue: uniqueInLowerCase(r.some(words.TIERS, 1, 3)) })],
      [8, () => this.bucket()],
      [6, () => this.agent()],
      [3, () => this.clock()],
      [5, () => this.condition({ type: 'public' })],
      [2, () => this.condition({ type: 'target_app', operator: r.of(['any', 'none', 'eq', 'neq', 'str_matches']), targetValue: r.of([['app-1'], 'app-1', 'APP-1', ['App-1', 'x']]) })],
      [this.options.country ? 5 : 0, () => this.condition({ type: 'ip_based', operator: r.of(['any', 'none', 'eq', 'neq']), field: r.of(['country', 'country', 'Country']), targetValue: r.of([null, uniqueInLowerCase(r.some(words.COUNTRIES, 1, 3))]) })],
      [1, () => this.odd()],
    ]);
    const key = make();
    this.shared.push(key);
    return key;
  }

  bucket() {
    const r = this.random;
    const operator = r.of(['lt', 'lt', 'gte', 'any', 'none', 'eq']);
    const numbers = Array.from({ length: r.between(1, 300) }, () => r.below(1000));
    const targetValue = r.percent(50) && operator !== 'any' ? r.below(1001) : r.percent(50) ? numbers : Object.fromEntries(numbers.map((n) => [n, true]));
    return this.condition({ type: 'user_bucket', operator, targetValue, additionalValues: r.of([{ salt: r.letters(6) }, { salt: r.letters(6) }, { salt: '' }, {}, { other: 'x' }, null]) });
  }

  agent() {
    const r = this.random;
    const field = r.of(['os_name', 'os_version', 'browser_name', 'browser_version', 'osName', 'browserversion', 'OS_NAME', 'device']);
    if (r.percent(40)) return this.condition({ type: 'ua_based', operator: r.of(VERSION_OPS), field, targetValue: r.of(words.VERSIONS) });
    if (r.percent(20)) return this.compare('ua_based', field);
    return this.condition({ type: 'ua_based', operator: r.of(TEXT_OPS), field, targetValue: r.some(words.AGENT_ANSWERS, 1, 4) });
  }

  clock() {
    const r = this.random;
    if (r.percent(15)) return this.condition({ type: 'current_time', operator: r.of(['eq', 'neq', 'any', 'none', 'lt', 'gt']), targetValue: r.of([null, 0, 5, ['']]) });
    return this.condition({ type: 'current_time', operator: r.of(TIME_OPS), targetValue: r.of([0, 1700000000000, 4102444800000, '2023-11-14T22:13:20Z', '2099-01-01 00:00:00', 'never']) });
  }

  odd() {
    const r = this.random;
    return r.of([
      () => this.condition({ type: 'user_field', operator: 'resembles', field: 'plan', targetValue: ['red'] }),
      () => this.condition({ type: 'User_Field', operator: 'any', field: 'plan', targetValue: ['red'] }),
      () => this.condition({ type: 'user_field', operator: null, field: 'plan', targetValue: ['red'] }),
      () => this.condition({ type: 'user_field', operator: 'ANY', field: 'plan', targetValue: ['red'] }),
      () => this.condition({ type: 'unit_id', targetValue: 'x' }),
      () => 'not-in-the-map',
    ])();
  }

  // A condition on one of these gates.
  asks(names) {
    const r = this.random;
    const targetValue = r.percent(96) ? r.of(names) : r.of(['no-such-gate', '', null, 7]);
    return this.condition({ type: r.percent(65) ? 'pass_gate' : 'fail_gate', targetValue, ...(r.percent(30) ? { operator: 'any' } : {}) });
  }

  conditionsOf(names, share) {
    const r = this.random;
    const n = r.weighted([[1, 0], [12, 1], [8, 2], [4, 3], [1, 6]]);
    return Array.from({ length: n }, () => (names.length > 0 && r.percent(share) ? this.asks(names) : this.plain()));
  }

  // ----------------------------------------------------------------- specs

  rule(returnValue, conditions, more = {}) {
    const r = this.random;
    const id = r.weighted([[20, r.letters(10)], [1, `${r.letters(6)}:override`], [1, 'r']]);
    const rule = { name: 'rule', id, salt: r.letters(8), passPercentage: r.of(PERCENTS), conditions, returnValue, idType: r.of(ID_TYPES), ...more };
    const salt = r.below(20);
    if (salt === 0) delete rule.salt;
    if (salt === 1) rule.salt = '';
    if (salt === 2) rule.salt = null;
    if (r.percent(10) && rule.groupName === undefined) rule.groupName = r.of(['Everyone', 'Group ü', '']);
    if (r.percent(4)) rule.samplingRate = r.of([1, 101]);
    return rule;
  }

  spec(entity, defaultValue, rules, more = {}) {
    const r = this.random;
    const spec = {
      type: entity === 'feature_gate' ? 'feature_gate' : 'dynamic_config', entity, salt: r.percent(95) ? r.letters(12) : '', enabled: r.percent(90), defaultValue, rules,
      idType: r.of(ID_TYPES), ...more,
    };
    if (r.percent(70)) spec.version = r.below(50);
    if (r.percent(5)) spec.forwardAllExposures = true;
    return spec;
  }

  gate(name, entity, names, share = 35, more = []) {
    const r = this.random;
    const value = () => r.weighted([[30, true], [2, false], [1, null], [1, {}], [1, 'true']]);
    const n = r.weighted([[1, 0], [8, 1], [6, 2], [3, 4]]);
    const rules = Array.from({ length: n }, () => this.rule(value(), [...this.conditionsOf(names, share), ...more]));
    this.gates[name] = this.spec(entity, r.weighted([[20, false], [2, true], [1, null]]), rules, r.percent(5) ? { isActive: r.percent(50) } : {});
  }

  object(size = 4, depth = 0) {
    const r = this.random;
    const out = {};
    for (let i = r.below(size + 1); i > 0; i--) {
      const leaf = () => r.weighted([[4, r.of(words.TEXTS)], [3, r.of(words.NUMBERS)], [1, r.of(words.WIDE_NUMBERS)], [1, r.of([true, false, null])]]);
      const key = r.of(['color', 'size', 'Size', 'text', 'list', 'größe', 'a.b', '', 'deep', `k${r.below(9)}`]);
      out[key] = r.weighted([[6, leaf()], [1, [leaf(), leaf()]], [depth < 3 ? 1 : 0, depth < 3 ? this.object(3, depth + 1) : 0]]);
    }
    return out;
  }

  config(name, names) {
    const r = this.random;
    const value = () => r.weighted([[20, this.object()], [1, false], [1, true], [1, null], [1, 'text'], [1, 7]]);
    const rules = Array.from({ length: r.below(4) }, () => this.rule(value(), this.conditionsOf(names, 30)));
    this.configs[name] = this.spec('dynamic_config', value(), rules);
  }

  experiment(name, names, parameters) {
    const r = this.random;
    const group = () => (parameters ? Object.fromEntries(parameters.filter(() => r.percent(80)).map((p) => [p, r.of(words.TEXTS)])) : this.object());
    const rules = [];
    if (r.percent(40)) rules.push(this.rule({}, [this.asks(names)], { id: 'holdout-rule' }));
    if (r.percent(40)) rules.push(this.rule({}, [this.plain()], { id: 'inlineTargetingRules', groupName: 'Not targeted' }));
    for (const groupName of ['Control', 'Test', 'Third'].slice(0, r.between(1, 3))) {
      rules.push(this.rule(group(), r.percent(60) ? [this.bucket()] : this.conditionsOf(names, 30), { groupName, isExperimentGroup: r.percent(90) }));
    }
    const more = {};
    if (r.percent(85)) more.isActive = r.percent(75);
    if (r.percent(60)) more.hasSharedParams = parameters !== null;
    if (r.percent(60)) more.explicitParameters = parameters ? r.some(parameters, 0, 2) : ['color'];
    this.configs[name] = this.spec(r.percent(90) ? 'experiment' : 'autotune', r.of([{}, group(), null]), rules, more);
  }

  layer(name, names, experiments, parameters) {
    const r = this.random;
    const value = () => Object.fromEntries(parameters.map((p) => [p, r.of(words.TEXTS)]));
    const rules = [];
    if (r.percent(35)) rules.push(this.rule(value(), [this.asks(names)], { id: 'layer-holdout' }));
    for (const configDelegate of experiments) rules.push(this.rule({}, this.conditionsOf(names, 40), { id: 'experimentAssignment', configDelegate }));
    if (r.percent(30)) rules.push(this.rule({}, this.conditionsOf(names, 20), { configDelegate: 'no-such-config' }));
    for (let i = r.below(3); i > 0; i--) rules.push(this.rule(r.percent(90) ? { ...value(), only: i } : r.of([false, true, null]), this.conditionsOf(names, 20)));
    const more = {};
    if (r.percent(40)) more.useNewLayerEval = r.percent(85);
    if (r.percent(40)) more.isActive = r.percent(60);
    if (r.percent(20)) more.explicitParameters = [parameters[0]];
    this.layers[name] = this.spec('layer', value(), rules, more);
  }

  // ---------------------------------------------------- the rest, the whole

  mappings() {
    const r = this.random;
    const rules = {};
    for (const name of ['map-1', 'map-2', 'map-3']) {
      rules[name] = this.rule(true, r.percent(70) ? [this.plain()] : [this.asks(['land_0', 'land_1'])], { name });
    }
    const to = (...names) => names.map((new_config_name) => ({
      new_config_name,
      rules: r.some(['map-1', 'map-2', 'map-3', 'no-such-rule'], 1, 3).map((rule_name) => ({ rule_name, ...(r.percent(60) ? { start_time: r.of([0, -1, 1700000000000, 4102444800000]) } : {}) })),
    }));
    return {
      override_rules: rules,
      overrides: { gate_2: to('land_0'), gate_5: to('land_1', 'land_2'), gate_7: to('no-such-gate', 'land_0'), config_0: to('config_land'), exp_1: to('exp_land'), 'no-such-name': to('land_2'), layer_1: to('layer_land') },
    };
  }

  bandits() {
    const r = this.random;
    const group = (id) => ({ name: `Group ${id}`, id, parameterValues: this.object() });
    const bandit = (more) => ({
      salt: r.letters(8), defaultValue: this.object(), idType: r.of(ID_TYPES), enabled: true, version: r.below(9), sampleRate: 0, higherIsBetter: r.percent(50),
      groups: ['g1', 'g2', 'g3'].slice(0, r.between(1, 3)).map(group), ...(r.percent(30) ? { targetingGateName: r.of(['gate_0', 'gate_1', 'segment:s0', 'no-such-gate']) } : {}), ...more,
    });
    const weights = () => ({
      alpha: r.below(100) / 64, intercept: r.below(100) / 128, records: r.below(1000), weightsNumerical: { level: r.below(64) / 16 - 2, score: r.below(64) / 32, 'only.there': 1 },
      weightsCategorical: { plan: { red: 0.5, pro: -0.25, '7': 1.5 }, country: { US: 0.125, us: 2 } },
    });
    return {
      cmab_off: bandit({ enabled: false }), cmab_empty: bandit({ groups: [] }), cmab_hash: bandit({}), cmab_best: bandit({ config: { g1: weights(), g2: weights(), g3: weights() } }),
      cmab_some: bandit({ config: { g1: weights() } }),
    };
  }

  stores() {
    const r = this.random;
    const any = () => r.of([...words.TEXTS.slice(0, 12), 7, 0.5, true, null, [1], { a: 1 }]);
    const one = (fields) => ({ ref_type: 'whatever', param_type: 'string', ...fields });
    return {
      store_0: {
        parameters: {
          fixed: one({ value: any() }), gate: one({ gate_name: r.of(['gate_0', 'gate_3', 'late_0', 'no-such-gate']), pass_value: any(), fail_value: any() }),
          config: one({ config_name: r.of(['config_0', 'config_1']), param_name: r.of(['color', 'size', 'text']) }),
          experiment: one({ experiment_name: r.of(['exp_0', 'exp_1', 'exp_3']), param_name: 'color' }), layer: one({ layer_name: r.of(['layer_0', 'layer_1']), param_name: r.of(['p', 'q', 'zz']) }),
        },
      },
      store_1: { parameters: {}, version: 3 },
    };
  }

  build(number) {
    const r = this.random;
    const names = [];
    const nest = (name, entity, share) => {
      this.gate(name, entity, names, share);
      names.push(name);
    };
    for (let i = 0; i < 3; i++) this.gate(`land_${i}`, 'feature_gate', []);
    for (let i = 0; i < 2; i++) nest(`segment:s${i}`, 'segment', 30);
    for (let i = 0; i < 14; i++) nest(`gate_${i}`, r.percent(92) ? 'feature_gate' : 'holdout', 35);
    for (let i = 0; i < 5; i++) this.config(`config_${i}`, names);
    this.config('config_land', []);
    const parameters = ['p', 'q', 'Q', 'z'];
    for (let i = 0; i < 6; i++) this.experiment(`exp_${i}`, names, i >= 3 ? parameters : null);
    this.experiment('exp_land', ['land_0'], null);
    for (let i = 0; i < 4; i++) this.layer(`layer_${i}`, names, r.some(['exp_3', 'exp_4', 'exp_5', 'config_1'], 0, 2), parameters);
    this.layer('layer_land', ['land_0'], [], parameters);
    for (let i = 0; i < 5; i++) {
      const group = this.condition({ type: 'experiment_group', operator: r.of(['any', 'none', 'eq', 'neq']), field: r.of(['exp_0', 'exp_1', 'exp_4', 'no-such-experiment', null]), targetValue: r.of([['Control'], ['control', 'Test'], 'Test', null]) });
      this.gate(`late_${i}`, 'feature_gate', [...names, ...Object.keys(this.gates).filter((g) => g.startsWith('late_'))], 30, r.percent(70) ? [group] : []);
    }
    if (number % 12 === 11) this.loops();
    return {
      has_updates: true, time: 1700000000000 + number, feature_gates: this.gates, dynamic_configs: this.configs, layer_configs: this.layers, ...this.mappings(),
      experiment_to_layer: {}, cmab_configs: this.bandits(), param_stores: this.stores(), app_id: r.of(['app-1', 'App-1', ['app-1'], 7]),
      ...(r.percent(30) ? { default_environment: r.of(['production', 'staging', null]) } : {}), condition_map: this.conditions,
    };
  }

  loops() {
    const loop = (target) => this.spec('feature_gate', false, [this.rule(true, [this.condition({ type: 'pass_gate', targetValue: target })])]);
    this.gates.loop_self = loop('loop_self');
    this.gates.loop_a = loop('loop_b');
    this.gates.loop_b = loop('loop_a');
  }
}

// The lines of an ID list: members, some of whom are taken away again, and
// lines that name nobody.
export function makeIdList(random, name) {
  const key = (unit) => createHash('sha256').update(unit).digest('base64').slice(0, 8);
  const lines = [];
  for (const unit of name === 'list_empty' ? [] : words.MEMBERS) if (random.percent(50)) lines.push(`+${key(unit)}`);
  for (let i = random.below(8); i > 0; i--) lines.push(random.of(['', '+', `-${key(random.of(words.MEMBERS))}`, `+${key(random.of(words.MEMBERS))}`, `*${key(random.of(words.MEMBERS))}`]));
  return lines.map((line) => `${line}\n`).join('');
}

export function makeDocument(random, number, options) {
  return new Document(random, options).build(number);
}
