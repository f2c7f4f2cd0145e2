// @ts-check
/**
 * SHA-256 (FIPS 180-4), synchronously.
 *
 * `crypto.subtle` does not exist on pages that are served over plain http to a local network, and one path for all
 * pages is tested once. It takes 5 to 240 ms for the 128 KiB of a fingerprint.
 */

const BLOCK_BYTES = 64
const LENGTH_BYTES = 8
const ROUNDS = 64

const PRIMES = firstPrimes(ROUNDS)
const CONSTANTS = Uint32Array.from(PRIMES, (prime) => fractionBits(Math.cbrt(prime)))
const START = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fractionBits(Math.sqrt(prime)))

/** The digest in lower-case hexadecimal. @param {Uint8Array} bytes */
export function sha256(bytes) {
  const state = START.slice()
  const schedule = new Uint32Array(ROUNDS)
  const whole = bytes.length - (bytes.length % BLOCK_BYTES)
  for (let at = 0; at < whole; at += BLOCK_BYTES) addBlock(state, schedule, viewOf(bytes, at))
  const end = padded(bytes.subarray(whole), bytes.length)
  for (let at = 0; at < end.length; at += BLOCK_BYTES) addBlock(state, schedule, viewOf(end, at))
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("")
}

/** @param {Uint8Array} bytes @param {number} at */
function viewOf(bytes, at) {
  return new DataView(bytes.buffer, bytes.byteOffset + at, BLOCK_BYTES)
}

/**
 * The last bytes, a one bit, zeros, and the length of the whole message in bits.
 * @param {Uint8Array} rest fewer bytes than a block
 * @param {number} length of the message in bytes
 */
function padded(rest, length) {
  const blocks = rest.length + 1 + LENGTH_BYTES > BLOCK_BYTES ? 2 : 1
  const end = new Uint8Array(blocks * BLOCK_BYTES)
  end.set(rest)
  end[rest.length] = 0x80
  new DataView(end.buffer).setBigUint64(end.length - LENGTH_BYTES, BigInt(length) * 8n)
  return end
}

/**
 * @param {Uint32Array} state
 * @param {Uint32Array} schedule
 * @param {DataView} block
 */
function addBlock(state, schedule, block) {
  fill(schedule, block)
  let [a, b, c, d, e, f, g, h] = state
  for (let i = 0; i < ROUNDS; i++) {
    const sum1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
    const choice = (e & f) ^ (~e & g)
    const first = h + sum1 + choice + CONSTANTS[i] + schedule[i]
    const sum0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + sum0 + majority) | 0]
  }
  ;[a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] += word))
}

/** @param {Uint32Array} schedule @param {DataView} block */
function fill(schedule, block) {
  for (let i = 0; i < 16; i++) schedule[i] = block.getUint32(i * 4)
  for (let i = 16; i < ROUNDS; i++) {
    const before15 = schedule[i - 15]
    const before2 = schedule[i - 2]
    const small0 = turn(before15, 7) ^ turn(before15, 18) ^ (before15 >>> 3)
    const small1 = turn(before2, 17) ^ turn(before2, 19) ^ (before2 >>> 10)
    schedule[i] = schedule[i - 16] + small0 + schedule[i - 7] + small1
  }
}

/** Rotate to the right. @param {number} word @param {number} bits */
function turn(word, bits) {
  return (word >>> bits) | (word << (32 - bits))
}

/** The first 32 bits after the binary point. @param {number} value */
function fractionBits(value) {
  return Math.floor((value - Math.floor(value)) * 2 ** 32)
}

/** @param {number} count */
function firstPrimes(count) {
  /** @type {number[]} */
  const primes = []
  for (let value = 2; primes.length < count; value++)
    if (primes.every((prime) => value % prime)) primes.push(value)
  return primes
}
