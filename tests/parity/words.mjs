// words: what conditions compare and users carry, with the odd ones among it.

export const TEXTS = [
  '', ' ', 'red', 'Red', 'RED', 'blue', 'team-7', 'free', 'pro', '0', '7', '7.0', '07', '-7', '+7', '7e0',
  'true', 'false', 'null', 'nan', 'Infinity', 'groß', 'GROSS', 'İzmir', 'ΟΔΟΣ', 'οδος', 'naïve', '東京', '😀',
  'a,b', 'a b', '[1,2]', '["red"]', '{"k":1}', 'x@mail.test', 'X@MAIL.TEST', 'mail.test', '\u0001', 'tab\there',
  '"', '\\', 'q'.repeat(130), '1.2.3', '2.0', '2.0.0', '10.0', 'staging', 'production',
];
export const NUMBERS = [
  0, 1, -1, 2, 7, 10, 99, 100, 0.5, -0.5, 0.1, 7.25, 1e3, 1e9, 123456789.125, 1e-7, 1e15, 9007199254740991,
  1700000000, 1700000000000, 86400000, 86399999, -86400000,
];
// These are safe in a document, but not in a number of JavaScript's.
export const WIDE_NUMBERS = [1e18, -1e18, 1e21, 1e300, 5e-324];
export const NUMBER_TEXTS = ['7', '7.', '.5', '+7', '1e3', '1E-3', ' 7', '7 ', '1_000', '0x10', 'inf', '-inf', 'NaN', '--7', '', '1e400'];
export const VERSIONS = [
  '1', '1.0', '1.0.0', '1.2', '1.2.3', '1.2.3-rc.1', '1.2.3.4', '1.10', '1.9', '2', '2.0.0', '2.x', '2..1', '2.', '.2', '', 'v2', '-1', '+1.2',
  ' 1 . 2 ', '01.02', '99999999999999999999.1', '170141183460469231731687303715884105728', '1.2-', '10.3.1', '17.1',
];
export const TIMES = [0, 1, -1, 1000, 86399999, 86400000, 1699999999, 1700000000, 1700000000000, 1700006400000, 4102444800000, 9999999999, 10000000000];
export const TIME_TEXTS = [
  '2023-11-14T22:13:20Z', '2023-11-14t22:13:20z', '2023-11-14 22:13:20', '2023-11-14T22:13:20.5Z', '2023-11-14T22:13:20+01:00', '2023-11-15T00:00:00Z',
  '2023-11-14', '2023-1-4 2:3:0', '2024-02-29T00:00:00Z', '2023-02-29T00:00:00Z', '2023-11-14T24:00:00Z', '2016-12-31T23:59:60Z', '1700000000', '1700000000000',
  '1.7e12', 'yesterday', '', 'T:-T:-T:-',
];
export const PATTERNS = [
  '', '^$', 'red', '(?i)RED', '^[a-z]+$', '^\\d+$', '\\bred\\b', '\\w+@\\w+', '.+', '^.{4}$', '(red|blue)$', '(?<=a)b', '(?=.*\\d)(?=.*[a-z])', '(?!red)^r',
  '(.)\\1', '\\p{L}+', '\\p{Lu}', '^\\s*$', '[[:digit:]]', '[^,]+,[^,]+', '(unclosed', '*x', 'a{2,1}', '\\', '東', '\\x{1F600}', '^(?:a|ab)+$', 'x*+y', '\\d{1,3}(\\.\\d{1,3})+',
  '(?P<name>a)(?P=name)', '\\h+', '[a-z&&[^r]]', '\\.test$', '(?m)^here$', '(?s)a.b', '\\Aq+\\z', '\\/',
];
export const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.71 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 16_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/119.0',
  'Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko',
  'Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/98.0.4758.97 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.0.0 Safari/537.36 Edg/110.0.1587.41',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'curl/8.5.0', 'nonsense', '', ' ; / : ( ) ', 'Z'.repeat(1001),
];
export const AGENT_ANSWERS = ['Chrome', 'Safari', 'Mobile Safari', 'Firefox', 'Edge', 'IE', 'Chrome Mobile', 'Windows', 'Mac OS X', 'iOS', 'Android', 'Ubuntu', 'Linux', 'Other', 'chrome', '10', '16.5.1', '17.1', '0.0.0'];
export const ADDRESSES = ['8.8.8.8', '1.1.1.1', '81.2.69.142', '202.124.73.1', '10.0.0.1', '127.0.0.1', '0.0.0.0', '223.255.255.255', '8.8.8.256', '+8.8.8.8', '8.8.-1.8', '8.8.8.8 ', '41.0.0.1', '200.160.0.8', '114.114.114.114', '91.198.174.192', '2001:db8::1', 'junk', '1.2.3', ''];
// Who may be on an ID list, and what names such a list.
export const MEMBERS = [...TEXTS, ...VERSIONS, ...NUMBERS.map(String), ...Array.from({ length: 20 }, (_, i) => `user-${i}`)];
export const ID_LISTS = ['list_a', 'list_b', 'list_empty'];
export const COUNTRIES = ['US', 'us', 'GB', 'NZ', 'AU', 'DE', 'JP', 'CN', ''];
export const TIERS = ['development', 'staging', 'production', 'Production', 'PRODUCTION', ''];
// A person of any JSON type.
export const ODDITIES = [
  null, true, false, [], {}, [''], ['red'], ['Red', 'red'], [1, 2], [1.5, '1.5'], [true, null], [[1], { a: 1 }], { k: 'v' }, { k: 1 }, { a: null }, { a: [1] },
];
