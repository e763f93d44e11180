import { type Flow, parties, type Step } from './record-flow.js';

/** Light and dark, as the site's own pages are. */
export const themes = {
  light: {
    ground: '#ffffff',
    ink: '#1f2937',
    faint: '#6b7280',
    line: '#cbd5e1',
    accent: '#0f766e',
  },
  dark: { ground: '#13171f', ink: '#e5e7eb', faint: '#9ca3af', line: '#374151', accent: '#5eead4' },
} as const;

type Theme = (typeof themes)[keyof typeof themes];

const WIDTH = 880;
const ROW = 30;
const HEAD = 56;
const LANES = [70, 300, 530, 800];

/**
 * The flow as a picture (SVG): a lane for each party, an arrow for each request; dashed ones are
 * between servers.
 */
export function drawFlow(flow: Flow, theme: Theme): string {
  const rows: string[] = [];
  let y = HEAD;
  for (const [title, steps] of [
    ['Signing in', flow.signIn],
    ['Signing out', flow.signOut],
  ] as const) {
    rows.push(`<text x="16" y="${y + 4}" class="title">${title}</text>`);
    y += ROW;
    for (const step of steps) {
      rows.push(arrow(step, y));
      y += ROW;
    }
  }
  const lanes = parties.map(
    (party, index) =>
      `<text x="${LANES[index]}" y="24" text-anchor="middle" class="party">${party}</text>` +
      `<line x1="${LANES[index]}" x2="${LANES[index]}" y1="36" y2="${y - ROW / 2}" stroke="${theme.line}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="system-ui, sans-serif" font-size="13">`,
    `<style>text{fill:${theme.ink}}.party,.title{font-weight:600;font-size:15px}.title{fill:${theme.accent};paint-order:stroke;stroke:${theme.ground};stroke-width:6px}.status{fill:${theme.faint}}.path{paint-order:stroke;stroke:${theme.ground};stroke-width:4px}</style>`,
    `<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8Z" fill="${theme.accent}"/></marker></defs>`,
    `<rect width="${WIDTH}" height="${y}" rx="8" fill="${theme.ground}"/>`,
    ...lanes,
    `<g stroke="${theme.accent}" stroke-width="1.5">`,
    ...rows.filter((row) => row.startsWith('<line')).map((row) => row.split('\n')[0]!),
    '</g>',
    ...rows.map((row) => (row.startsWith('<line') ? row.split('\n')[1]! : row)),
    '</svg>',
    '',
  ].join('\n');
}

/** The arrow, and on the next line its words. */
function arrow({ from, to, method, path, status }: Step, y: number): string {
  const [start, end] = [LANES[parties.indexOf(from)]!, LANES[parties.indexOf(to)]!];
  const isBetweenServers = from !== 'Browser';
  const dashes = isBetweenServers ? ' stroke-dasharray="4 3"' : '';
  const words = `${method} ${path} <tspan class="status">${status}</tspan>`;
  return (
    `<line x1="${start}" x2="${end}" y1="${y + 4}" y2="${y + 4}"${dashes} marker-end="url(#tip)"/>\n` +
    `<text x="${start + 12}" y="${y - 2}" class="path">${words}</text>`
  );
}
