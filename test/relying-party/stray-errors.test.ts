import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { visit } from '../security/support/visitor.js';
import { startWorld, type World } from '../support/world.js';

interface Line {
  readonly level: string;
  readonly looksLike: string;
  readonly unverified: string;
  readonly dropped: number;
}

describe('an error at the callback that belongs to no sign-in', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  // Each test has its own minute.
  beforeEach(() => world.pools.clock.advance('61s'));
  afterAll(() => world.stop());

  let seen = 0;
  const linesSince = (): Line[] => {
    const news = world.app.log.slice(seen);
    seen = world.app.log.length;
    return news
      .filter((line) => line.includes('"login.stray_error"'))
      .map((line) => {
        expect(line.endsWith('}\n')).toBe(true);
        expect(line.trimEnd()).not.toMatch(/[\r\n\u2028\u2029]/);
        return JSON.parse(line) as Line;
      });
  };
  const open = async (parameters: Record<string, string>) => {
    const query = new URLSearchParams(parameters).toString();
    return world.browser().get(`${world.app.url}/callback?${query}`);
  };

  it('is one log line with the words of the provider, what they look like, and whose they may be', async () => {
    const page = await open({
      error: 'invalid_request',
      error_description: 'attributes required: [email]',
    });
    expect(linesSince()).toMatchObject([
      {
        level: 'warn',
        looksLike: 'attribute_missing',
        unverified: 'invalid_request: attributes required: [email]',
      },
    ]);
    expect(page.status).toBe(400);
    expect(page.text()).toContain('login_transaction_missing');
  });

  it('changes nothing for the visitor, whatever it says', async () => {
    const marker = 'Call-0800-555-0199-now';
    const without = await open({ code: 'x' });
    const page = await open({ error: marker, error_description: marker, error_uri: marker });
    const withoutId = (html: string): string => html.replace(/[\w-]{20,}/g, '');
    expect(page.status).toBe(without.status);
    expect(withoutId(page.html)).toBe(withoutId(without.html));
    expect(page.html).not.toContain(marker);
    expect(JSON.stringify(page.headers)).not.toContain(marker);
    linesSince();
  });

  it('goes on to the page for who is signed in, and is told too', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    linesSince();
    const page = await browser.get(`${world.app.url}/callback?error=server_error`);
    expect(page.status).toBe(200);
    expect(linesSince()).toMatchObject([{ unverified: 'server_error' }]);
  });

  it('is told with a state that nobody knows', async () => {
    await open({ error: 'access_denied', state: 'f'.repeat(43) });
    expect(linesSince()).toMatchObject([{ looksLike: 'authorization_denied' }]);
  });

  it('has its invisible characters escaped', async () => {
    await open({ error: 'a\r\nb\u0000c\u001b[2Jd\u0085e\u2028f\u202eg\u200bh\ufeffi' });
    const [{ unverified }] = linesSince() as [Line];
    expect(unverified).toBe(
      String.raw`a\u{d}\u{a}b\u{0}c\u{1b}[2Jd\u{85}e\u{2028}f\u{202e}g\u{200b}h\u{feff}i`,
    );
  });

  it('has 300 characters at most, escaped ones counted', async () => {
    await open({ error: 'e', error_description: 'x'.repeat(4000) });
    await open({ error: '\n'.repeat(4000) });
    const lines = linesSince();
    expect(lines.map(({ unverified }) => unverified.length)).toEqual([300, 300]);
  });

  it('is told five times a minute, whoever sends how many', async () => {
    for (let turn = 0; turn < 12; turn += 1) await open({ error: `error_${turn}` });
    expect(linesSince().map(({ unverified }) => unverified)).toEqual(
      [0, 1, 2, 3, 4].map((turn) => `error_${turn}`),
    );
    world.pools.clock.advance('61s');
    await open({ error: 'later' });
    await open({ error: 'and later' });
    expect(linesSince().map(({ unverified, dropped }) => [unverified, dropped])).toEqual([
      ['later', 7],
      ['and later', 0],
    ]);
  });

  it.each([
    ['too long to be read', `error=server_error&error_description=${'x'.repeat(5000)}`],
    ['too long in another parameter', `error=server_error&error_uri=${'x'.repeat(5000)}`],
    ['repeated', 'error=server_error&error_description=one&error_description=two'],
    ['of another issuer', 'error=server_error&iss=https%3A%2F%2Felsewhere.example'],
  ])('is told too when the callback is %s, and refused', async (_what, query) => {
    const page = await world.browser().get(`${world.app.url}/callback?${query}`);
    expect(page.status).toBe(400);
    expect(page.text()).toContain('callback_malformed');
    const [line, ...others] = linesSince();
    expect(others).toEqual([]);
    expect(line).toMatchObject({ level: 'warn', looksLike: 'authorization_failed' });
    expect(line?.unverified).toMatch(/^server_error(?:$|: x+$|: one \| two$)/);
    expect(line?.unverified.length).toBeLessThanOrEqual(300);
  });

  it('is told as one text when it is itself repeated, escaped and cut as all others', async () => {
    const errors = `error=${'a'.repeat(200)}%0A&error=${'b'.repeat(5000)}`;
    await world.browser().get(`${world.app.url}/callback?${errors}`);
    const [line] = linesSince();
    expect(line?.unverified).toBe(
      String.raw`${'a'.repeat(200)}\u{a} | ${'b'.repeat(200)}`.slice(0, 300),
    );
    for (let turn = 0; turn < 9; turn += 1) {
      await world.browser().get(`${world.app.url}/callback?${errors}`);
    }
    expect(linesSince()).toHaveLength(4);
  });

  it('is not told of a callback without an error', async () => {
    await open({ error_description: 'only this' });
    await open({ code: 'abc' });
    expect(linesSince()).toEqual([]);
  });
});

describe('an error at the callback with a state of the browser’s own', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  /** What the log says of a sign-in that anybody can begin, and end with words of their own. */
  const failWith = async (parameters: Record<string, string>): Promise<string[]> => {
    const from = world.app.log.length;
    const start = await visit(`${world.app.url}/login`);
    const state = new URL(String(start.headers['location'])).searchParams.get('state')!;
    const query = new URLSearchParams({ ...parameters, state }).toString();
    await visit(`${world.app.url}/callback?${query}`, { cookie: start.cookie });
    return world.app.log.slice(from).filter((line) => line.includes('"login.failed"'));
  };
  const detailOf = ([line]: string[]): string => (JSON.parse(line!) as { detail: string }).detail;
  const words = (detail: string): string =>
    detail.split(' | unverified, the browser brought: ')[1]!;

  it('has its words at the end of the line, marked as the browser’s, and invisible ones escaped', async () => {
    const lines = await failWith({
      error: 'server_error',
      error_description: '\u009b31m\u202eevil\u2028second\u0007\n{"level":"fatal"} | cause | fix',
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]!.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(detailOf(lines)).toMatch(/^.+ \| .+ \| docs\/errors\/\w+\.md \| unverified, /);
    expect(words(detailOf(lines))).toBe(
      String.raw`server_error: \u{9b}31m\u{202e}evil\u{2028}second\u{7}\u{a}{"level":"fatal"} | cause | fix`,
    );
  });

  it('has 300 characters of them at most, escaped ones counted', async () => {
    for (const description of ['x'.repeat(4000), '\u202e'.repeat(500)]) {
      const lines = await failWith({ error: 'server_error', error_description: description });
      expect(words(detailOf(lines))).toHaveLength(300);
    }
  });

  it('is told each time: what others bring must not silence it', async () => {
    for (let turn = 0; turn < 12; turn += 1) {
      expect(words(detailOf(await failWith({ error: `error_${turn}` })))).toBe(
        `error_${turn}: no description`,
      );
    }
  });
});
