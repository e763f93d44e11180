import { styleText } from 'node:util';
import type { CheckOutcome, Diagnosed, Diagnosis } from './diagnose.js';

export interface ReportOptions {
  /** For a terminal that shows colours. */
  readonly colours: boolean;
  /** Where lines end; commands are never broken, so that they can be pasted. */
  readonly columns: number;
}

type Colour = 'red' | 'yellow' | 'green' | 'dim' | 'bold';

const marks: Readonly<Record<CheckOutcome['outcome'], readonly [string, Colour]>> = {
  fine: ['✓', 'green'],
  problem: ['✗', 'red'],
  unchecked: ['?', 'yellow'],
  warning: ['!', 'yellow'],
  skipped: ['–', 'dim'],
};

/**
 * The report for people: what was looked at in a line each, then every finding with what, why and
 * fix.
 */
export function describeDiagnosis(
  { checks, findings }: Diagnosis,
  { colours, columns }: ReportOptions,
): string {
  const paint = (colour: Colour, text: string): string =>
    colours ? styleText(colour, text, { validateStream: false }) : text;
  const checkLine = ({ outcome, title, detail }: CheckOutcome): string => {
    const [mark, colour] = marks[outcome];
    const text = detail === undefined || detail === '' ? title : `${title}: ${plain(detail)}`;
    const [first = '', ...more] = wrap(text, columns - 4);
    const lines = [first, ...more.map((line) => `    ${line}`)].join('\n');
    return `  ${paint(colour, mark)} ${outcome === 'skipped' ? paint('dim', lines) : lines}`;
  };
  const findingBlock = (finding: Diagnosed, index: number): string => {
    const { severity, code, what, why, fix } = finding;
    const row = (label: string, text: string): string[] =>
      wrap(plain(text), columns - 12).map(
        (line, at) => `   ${paint('dim', (at === 0 ? label : '').padEnd(8))} ${line}`,
      );
    const command = fix.command?.split('\n').map((line) => `     ${plain(line)}`) ?? [];
    return [
      `${index + 1}. ${paint(marks[severity][1], severity)}  ${paint('bold', code)}`,
      ...row('What', what),
      ...row('Why', why),
      ...row('Fix', fix.text),
      ...(fix.console === undefined ? [] : row('Console', fix.console)),
      ...(command.length > 0 ? ['', ...command] : []),
    ].join('\n');
  };
  return [
    joinSkipped(checks).map(checkLine).join('\n'),
    ...findings.map(findingBlock),
    summary(findings),
  ].join('\n\n');
}

/** Where all that follows was skipped for one reason, a line for all of it. */
function joinSkipped(checks: readonly CheckOutcome[]): readonly CheckOutcome[] {
  const last = checks.at(-1);
  const isSame = ({ outcome, detail }: CheckOutcome): boolean =>
    outcome === 'skipped' && detail === last?.detail;
  const first = checks.findLastIndex((each) => !isSame(each)) + 1;
  if (last === undefined || checks.length - first < 3) return checks;
  return [...checks.slice(0, first), { ...last, title: 'Everything else' }];
}

/** Some of the text came over the network, and must not steer the terminal. */
const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, ' ');

/** How many of each there are. */
function summary(findings: readonly Diagnosed[]): string {
  const count = (severity: Diagnosed['severity'], one: string, many: string): string[] => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return number === 0 ? [] : [`${number} ${number === 1 ? one : many}`];
  };
  const parts = [
    ...count('problem', 'problem', 'problems'),
    ...count('unchecked', 'thing that could not be checked', 'things that could not be checked'),
    ...count('warning', 'warning', 'warnings'),
  ];
  return parts.length === 0 ? 'All is well.' : `${parts.join(', ')}. Begin with the first.`;
}

/** Lines of at most this many characters; a word that is longer has one of its own. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
