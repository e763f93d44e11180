import { patternsOfSrc } from './scan.js';
import { reachable } from './worst.js';

/*
 * What each pattern that strangers or a provider reach costs: 200 kB of its worst letters at most
 * three times what 100 kB cost, the least of five each. Besides the letters in its list it is given
 * every short word and every letter of its own, repeated.
 */
const SIZE = 100_000;
const RUNS = 5;
const MOST = 3;
/** Below this the time tells of the clock and of memory; who is not linear needs seconds. */
const NOISE_MS = 5;
const BELIEVED_MS = 20;
/** Whoever needs this long for a twentieth is not linear, and is not waited for. */
const HOPELESS_MS = 200;

const { literals } = patternsOfSrc();

/**
 * Every match that a replacement would find, without the memory that one needs, which would be
 * measured too.
 */
function findAll(pattern: RegExp, text: string): void {
  pattern.lastIndex = 0;
  for (let from = 0; pattern.test(text) && pattern.global; from = pattern.lastIndex) {
    if (pattern.lastIndex === from) pattern.lastIndex += 1;
  }
}

/** Processor time, so that what else the machine does counts little. */
function cost(pattern: RegExp, text: string, times = 1): number {
  const before = process.cpuUsage();
  for (let turn = 0; turn < times; turn++) findAll(pattern, text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}

/** Often enough that one measurement takes as long as the clock needs to be believed. */
function least(pattern: RegExp, text: string): number {
  const times = Math.ceil(BELIEVED_MS / Math.max(cost(pattern, text), 0.01));
  return Math.min(...Array.from({ length: RUNS }, () => cost(pattern, text, times)));
}

/**
 * Letters made from the pattern's own: each letter of it and some others, alone, behind each of its
 * words, and broken off.
 */
function ownLetters(source: string): ((length: number) => string)[] {
  const words = ['', ...(source.match(/[A-Za-z_]{3,}|"[a-z]+/g) ?? [])].slice(0, 12);
  const letters = [...new Set(` \\"/.-=%:0a@\n${source.replaceAll(/[\w\\]/g, '')}`.split(''))];
  return words.flatMap((word) =>
    letters.flatMap((letter) => [
      (length: number) => word + letter.repeat(length) + '\u0001',
      (length: number) => (word + letter).repeat(Math.ceil(length / (word.length + 1))) + '\u0001',
    ]),
  );
}

let worstRatio = 0;
let isBad = false;
console.log('  100 kB    200 kB  ratio  pattern');
for (const [file, { patterns }] of Object.entries(reachable)) {
  for (const [written, listed] of Object.entries(patterns)) {
    const literal = literals.find(
      (each) => each.file === file && `/${each.source}/${each.flags}` === written,
    );
    if (literal === undefined) throw new Error(`${file} has no ${written}`);
    const pattern = new RegExp(literal.source, literal.flags);
    let worst = { once: 0, twice: 0, ratio: 0 };
    for (const letters of [...listed, ...ownLetters(literal.source)]) {
      if (cost(pattern, letters(SIZE / 20)) > HOPELESS_MS) {
        worst = { once: Infinity, twice: Infinity, ratio: Infinity };
        break;
      }
      const isCheap = cost(pattern, letters(2 * SIZE)) < NOISE_MS;
      const once = isCheap ? 0 : least(pattern, letters(SIZE));
      const twice = isCheap ? 0 : least(pattern, letters(2 * SIZE));
      const ratio = twice < NOISE_MS ? 0 : twice / once;
      if (ratio > worst.ratio || (worst.ratio === 0 && twice > worst.twice)) {
        worst = { once, twice, ratio };
      }
    }
    const { once, twice, ratio } = worst;
    isBad ||= ratio > MOST;
    worstRatio = Math.max(worstRatio, ratio);
    const ms = (time: number): string =>
      (time === 0 ? '< 5 ms' : `${time.toFixed(2)} ms`).padStart(9);
    const shown = ratio === 0 ? '    –' : ratio.toFixed(2).padStart(5);
    console.log(
      `${ms(once)} ${ms(twice)}  ${shown}  ${file} ${written}${ratio > MOST ? '  !' : ''}`,
    );
  }
}
console.log(
  worstRatio === 0
    ? `none costs ${NOISE_MS} ms for 200 kB of its worst letters, so none is worse than linear`
    : `worst ratio ${worstRatio.toFixed(2)}, at most ${MOST} (– where 200 kB cost less than ${NOISE_MS} ms)`,
);
process.exitCode = isBad ? 1 : 0;
