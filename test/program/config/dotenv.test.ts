import { parseEnv } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDotenv } from '../../../src/program/config/dotenv.js';

const valuesOf = (text: string): Record<string, string | undefined> => {
  const { pieces, problems } = readDotenv(text);
  expect(problems).toEqual([]);
  return Object.fromEntries(
    pieces.flatMap(({ name, value }) => (name === undefined ? [] : [[name, value]])),
  );
};

describe('a .env is read', () => {
  it.each<[string, string, Record<string, string>]>([
    ['without a line end', 'A=1', { A: '1' }],
    ['with CRLF', 'A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['with a lone CR', 'A=1\rB=2\r', { A: '1', B: '2' }],
    ['with "export"', 'export A=1\n\texport  B = 2', { A: '1', B: '2' }],
    ['with a name that is "export"', 'export=1', { export: '1' }],
    ['with blanks round "="', ' A\t = 1 \t\n', { A: '1' }],
    ['with comments', '# A=0\n A=1 # why\n  # B=2\nC=#3\n', { A: '1', C: '' }],
    [
      'with quotes of each kind',
      `A='1 #'\nB="2 'x'"\nC=\`3 "y"\``,
      { A: '1 #', B: "2 'x'", C: '3 "y"' },
    ],
    ['with comments behind quotes', `A='1' # one\nB="2"# two`, { A: '1', B: '2' }],
    ['with quotes in the middle', `A=don't\nB=[{"name":"x"}]`, { A: "don't", B: '[{"name":"x"}]' }],
    [
      'with escapes in double quotes alone',
      String.raw`A="1\n2"` + '\n' + String.raw`B='1\n2'`,
      { A: '1\n2', B: '1\\n2' },
    ],
    ['with JSON in double quotes', String.raw`A="[{\"name\":\"x\"}]"`, { A: '[{"name":"x"}]' }],
    [
      'with values of several lines',
      'A="1\n2=3\n"\r\nB=\'4\r\n5\'\nC=6',
      { A: '1\n2=3\n', B: '4\n5', C: '6' },
    ],
    ['with nothing assigned', 'A=\nB=""\nC= # nothing', { A: '', B: '', C: '' }],
    ['with a name twice: the last counts', 'A=1\nA=2', { A: '2' }],
    ['with "=" in a value', 'A=b=c==', { A: 'b=c==' }],
    [
      'with "$" where nobody expands it',
      'A=\'$B ${C}\'\nD=a$\nE="$. $"\nF=1 # $G',
      { A: '$B ${C}', D: 'a$', E: '$. $', F: '1' },
    ],
    [
      'with what cannot be seen, in quotes and comments',
      "# \u00a0\u200b\nA='\u00a0\u200d'",
      { A: '\u00a0\u200d' },
    ],
    ['with nothing in it', '\n\n \t\n', {}],
  ])('%s', (_, text, values) => {
    expect(valuesOf(text)).toEqual(values);
  });

  const value = fc.oneof(
    fc.stringMatching(/^[!"%-~]( ?[!-"%-~])*$/).filter((text) => !/^['"`]/.test(text)),
    fc.stringMatching(/^'[ -&(-~\n]*'$/),
    fc.stringMatching(/^"[ !#%-[\]-~\n]*"$/),
    fc.constant(''),
  );
  const line = fc.oneof(
    fc
      .tuple(
        fc.stringMatching(/^(?:export )?[A-Z_]\w{0,5} ?= ?$/),
        value,
        fc.constantFrom('', ' # c'),
      )
      .map((parts) => parts.join('')),
    fc.stringMatching(/^# [a-z]*$/),
    fc.constant(''),
  );
  it('as Node itself reads it, where neither has doubts', () => {
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join('\n');
        expect(valuesOf(text)).toEqual({ ...parseEnv(text) });
      }),
    );
  });

  it('and nothing of it is lost', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('A', '=', "'", '"', '`', '#', ' ', '\r', '\n', '\\', ':'),
        }),
        (text) => {
          expect(
            readDotenv(text)
              .pieces.map((piece) => piece.text)
              .join(''),
          ).toBe(text);
        },
      ),
    );
  });
});

describe('a .env is refused', () => {
  it.each([
    ['written as YAML', 'A: 1', 1, 'has ":" where "=" belongs'],
    ['written as YAML, with "=" in the value', '\nA: b=c', 2, 'has ":" where "=" belongs'],
    ['without "="', 'A=1\nB', 2, 'has no "="'],
    ['without a name', '=1', 1, 'has no name before the "="'],
    ['with "set"', 'set A=1', 1, 'begins with "set", as for cmd.exe'],
    ['with "SET" and quotes', 'SET "A=1"', 1, 'begins with "set", as for cmd.exe'],
    ['with "$env:"', '$env:A=1', 1, 'begins with "$env:", as for PowerShell'],
    ['with a blank in a name', 'a b=1', 1, 'has a blank in its name'],
    ...['$B', 'x$_', '${B}', '"$B"', '"a\n${B:-c}"', String.raw`"\$B"`, '$1', '$$', 'x$(date)'].map(
      (value): [string, string, number, string] => [
        `with what others expand: ${value}`,
        `A=${value}`,
        1,
        '(A) has $ in its value, where Docker Compose and a shell put a variable',
      ],
    ),
    ['with a value of several lines without quotes', 'A=b\nq/+8=', 2, 'has "/" in its name'],
    ['with a letter that only looks like ours', '\u0412ASE_URL=x', 1, 'has U+0412 in its name'],
    [
      'with a no-break space beside the name',
      'A=1\r\nB\u00a0=2',
      2,
      'has an invisible character in its name (U+00A0)',
    ],
    [
      'with a zero-width space before the name',
      '\u200bA=1',
      1,
      'has an invisible character in its name (U+200B)',
    ],
    [
      'with a second byte order mark',
      'A=1\n\ufeffB=1',
      2,
      'has an invisible character in its name (U+FEFF)',
    ],
    [
      'with a no-break space before the value',
      'A=\u00a01',
      1,
      '(A) has an invisible character in its value (U+00A0)',
    ],
    [
      'with a zero-width joiner in the value',
      'A=1\u200d',
      1,
      '(A) has an invisible character in its value (U+200D)',
    ],
    ['with typographic quotes', 'A=\u201c1\u201d', 1, '(A) has typographic quotes round its value'],
    [
      'with # where some programs begin a comment',
      'A=b#c',
      1,
      '(A) has # inside its value, where some programs begin a comment',
    ],
    [
      'with a quote that is not closed',
      'A=1\nB="2\nC=3',
      2,
      `(B) opens a quote (") that is never closed`,
    ],
    [
      'with a quote that the next one closes',
      'A="1\nB="2"',
      1,
      '(A) goes on behind the quote (") that closes its value',
    ],
    [
      'with such quotes inside',
      `A='it's'`,
      1,
      "(A) goes on behind the quote (') that closes its value",
    ],
    ['in another encoding', 'A=caf\ufffd', 1, '(A) has a letter that is not UTF-8'],
    ['in another encoding, in quotes', 'A="caf\ufffd"', 1, '(A) has a letter that is not UTF-8'],
  ])('%s', (_, text, line, problem) => {
    expect(readDotenv(text).problems).toMatchObject([{ line, problem }]);
  });

  it('with all of its lines at once, by the right numbers', () => {
    const text = 'A="1\r\n2"\r\nB\r\n\r\nC: 3\rD=4\n=5';
    expect(readDotenv(text).problems.map(({ line }) => line)).toEqual([3, 5, 7]);
  });

  it('without a word of any value', () => {
    const text = 'A: hunter2\nB="hunter2" hunter2\nC=hunter2#hunter2\nhunter2\nD="hunter2';
    expect(JSON.stringify(readDotenv(text).problems)).not.toContain('hunter');
  });
});
