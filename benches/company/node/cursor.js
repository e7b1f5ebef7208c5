// Pages by keyset. A cursor holds the key of the last row of its page.

import { Failure } from '../../peers/node/requests.js';

export function afterCursor(cursor) {
  if (cursor === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url'));
  } catch {
    throw new Failure(400, '`cursor` is not one that this list has given');
  }
}

/** Converts at most `limit` of the rows; if there are more, adds the cursor to the next page. */
export function pageOf(rows, limit, keyOf, convert) {
  const shown = rows.slice(0, limit);
  const data = shown.map(convert);
  if (rows.length <= limit) return { data };
  return { data, next: Buffer.from(JSON.stringify(keyOf(shown.at(-1)))).toString('base64url') };
}
