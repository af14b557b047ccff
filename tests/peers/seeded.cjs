// Loaded before a mock server: its dice become a sequence that a seed decides (mulberry32), so that a body on which an
// adapter failed comes again. The server's own --seed throws the same dice for every request.
let state = Number(process.env.TOCSIN_PEER_SEED) | 0;

Math.random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
};
