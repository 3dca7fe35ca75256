// random: the same choices on every machine for the same seed.
import { createHash } from 'node:crypto';

// xoshiro128**, started from the SHA-256 of the seed's text.
export class Random {
  #s;

  constructor(seed) {
    const digest = createHash('sha256').update(String(seed)).digest();
    this.#s = [0, 4, 8, 12].map((at) => digest.readUInt32LE(at) | 1);
  }

  #next() {
    const s = this.#s;
    const turned = Math.imul(s[1], 5);
    const out = Math.imul((turned << 7) | (turned >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return out;
  }

  // A whole number from 0 up to n, without n.
  below(n) {
    return this.#next() % n;
  }

  between(low, high) {
    return low + this.below(high - low + 1);
  }

  // True in about so many of a hundred times.
  percent(p) {
    return this.below(10000) < p * 100;
  }

  of(list) {
    return list[this.below(list.length)];
  }

  // n of the list, where one may come again.
  some(list, low, high) {
    return Array.from({ length: this.between(low, high) }, () => this.of(list));
  }

  // One of the values of [weight, value] pairs.
  weighted(pairs) {
    let at = this.below(pairs.reduce((sum, [w]) => sum + w, 0));
    for (const [w, value] of pairs) {
      if (at < w) return value;
      at -= w;
    }
    throw new Error('no pairs');
  }

  letters(n) {
    return Array.from({ length: n }, () => String.fromCharCode(97 + this.below(26))).join('');
  }
}
