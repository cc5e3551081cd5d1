// Ids for elements that need one.

let last = 0;

/** Return an id that no other element of this page has. */
export function newId(prefix) {
  last += 1;
  return `${prefix}-${last}`;
}
