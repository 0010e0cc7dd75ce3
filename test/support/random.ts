/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The seed that DATAFLOW_SEED names, else one of the clock; tests that draw from it print it. */
export function seedOfRun(): number {
  const named = Number(process.env['DATAFLOW_SEED'])
  return Number.isSafeInteger(named) && named > 0 ? named : (Date.now() % 999_983) + 1
}
