/**
 * In words, what is registered that was probably meant to be `wanted`; empty when nothing is like
 * it.
 */
export function nearMiss(registered: readonly string[], wanted: string): string {
  for (const [difference, simplified] of simplifications) {
    const other = registered.find(
      (each) => each !== wanted && simplified(each) === simplified(wanted),
    );
    if (other !== undefined) return ` It has ${other}, which differs by ${difference}.`;
  }
  return '';
}

type Simplified = (url: string) => string;

const withoutSlash: Simplified = (url) => url.replace(/\/$/, '');
const lowerCase: Simplified = (url) => url.toLowerCase();
const withoutScheme: Simplified = (url) => url.replace(/^https?:/, '');
const pathOf: Simplified = (url) => (URL.canParse(url) ? new URL(url).pathname : url);

const simplifications: readonly (readonly [string, Simplified])[] = [
  ['the slash at the end', withoutSlash],
  ['upper and lower case', lowerCase],
  ['http and https', withoutScheme],
  ['its origin', pathOf],
];
