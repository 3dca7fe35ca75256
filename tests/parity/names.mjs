// names: how a client initialize response tells names.
import { createHash } from 'node:crypto';

const HASHED = {
  none: (name) => name,
  djb2: (name) => String([...name].reduce((hash, c) => (Math.imul(hash, 31) + c.codePointAt(0)) | 0, 0) >>> 0),
  sha256: (name) => createHash('sha256').update(name).digest('base64'),
};

export const hashedName = (name, hash) => HASHED[hash](name);
