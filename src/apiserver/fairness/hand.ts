const CARDS_MAX = 64;

/** A number of 32 bits that stands for a flow. */
export function flowHash(schema: string, distinguisher: string): number {
  let hash = 0x811c9dc5;
  const text = `${schema}\0${distinguisher}`;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/**
 * The queues that a flow may use: `handSize` different ones of `queues`, always the same for a hash. Two flows rarely get
 * the same hand, so that one which fills all of its queues leaves another some that are short.
 */
export function hand(
  hash: number,
  { queues, handSize }: { readonly queues: number; readonly handSize: number },
): number[] {
  const dealt: number[] = [];
  let state = hash;
  for (let index = 0; index < Math.min(handSize, queues, CARDS_MAX); index++) {
    state = mixed(state + 0x9e3779b9);
    // A card among those that are left; counted past the ones that are gone, which are kept in order.
    let card = state % (queues - index);
    const sorted = [...dealt].sort((a, b) => a - b);
    for (const gone of sorted) if (card >= gone) card++;
    dealt.push(card);
  }
  return dealt;
}

/** Spreads every bit of a number over all of them. */
function mixed(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}
