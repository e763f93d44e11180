/**
 * Whatever a terminal, or a reader of lines, would do something with: controls, directions of
 * writing, line separators.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

const MAX_LENGTH = 300;

/** Text that others wrote, with all that cannot be seen in it escaped. */
export const visible = (text: string): string =>
  text.replaceAll(INVISIBLE, (found) => `\\u{${found.codePointAt(0)!.toString(16)}}`);

/**
 * The words of a stranger, or of a provider, as they may stand in what is told to the operator:
 * visible, 300 characters at most.
 */
export const quoted = (words: string): string =>
  visible(words.slice(0, MAX_LENGTH)).slice(0, MAX_LENGTH);

/**
 * A line of JSON with the same escaped in JSON's own way, so that it means what it did; the line's
 * own end stays.
 */
export const visibleJson = (line: string): string =>
  line.replaceAll(INVISIBLE, (found) => (found === '\n' ? found : unitsOf(found)));

const unitsOf = (found: string): string =>
  Array.from({ length: found.length }, (_, index) => {
    const unit = found.charCodeAt(index).toString(16);
    return `\\u${unit.padStart(4, '0')}`;
  }).join('');
