import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RelyingPartyEvents } from '../../src/index.js';
import { createBrowser, type Browser } from '../support/browser.js';
import { startHost, type Host } from '../support/host.js';
import { finishSignIn } from '../support/world.js';

type Told = [keyof RelyingPartyEvents, Record<string, unknown>];

const NAMES: readonly (keyof RelyingPartyEvents)[] = [
  'login.started',
  'login.succeeded',
  'login.failed',
  'request.failed',
  'session.refreshed',
  'session.refresh_failed',
  'session.ended',
  'logout.revocation_failed',
  'logout.completed',
];

/**
 * What a host is told of its people, every member of it: a log and a metric are made of nothing
 * else.
 */
describe('a relying party tells', () => {
  let host: Host;
  const told: Told[] = [];
  beforeAll(async () => {
    host = await startHost((app, rp) => {
      app.use(rp.routes);
      app.get('/page', rp.requireSession(), (req, res) => void res.json(req.auth?.session));
      for (const name of NAMES) {
        rp.events.on(name, (payload: object) => void told.push([name, { ...payload }]));
      }
    });
  });
  afterEach(() => {
    told.length = 0;
    host.pools.reset();
  });
  afterAll(() => host.stop());

  interface Person {
    readonly browser: Browser;
    readonly subject: string;
    readonly session: string;
  }
  const session = async (browser: Browser): Promise<{ subject: string; key: string }> =>
    JSON.parse((await browser.get(`${host.url}/page`)).html) as { subject: string; key: string };

  async function signIn(browser = createBrowser()): Promise<Person> {
    const login = await browser.get(`${host.url}/login?provider=oidc-pool-2&return_to=%2Fpage`);
    await finishSignIn(browser, login);
    const { subject, key } = await session(browser);
    return { browser, subject, session: key };
  }
  const requestId = expect.stringMatching(/^[\w-]{8,}$/) as string;
  const whoOf = ({ subject, session: key }: Person) => ({ subject, session: key });
  const ending = (person: Person, reason: string): Told => [
    'session.ended',
    { ...whoOf(person), reason },
  ];

  it('of a sign-in and a sign-out', async () => {
    const person = await signIn();
    expect(told).toEqual([
      ['login.started', { requestId, identityProvider: 'oidc-pool-2' }],
      ['login.succeeded', { requestId, ...whoOf(person), identityProvider: 'oidc-pool-2' }],
    ]);
    told.length = 0;
    const { browser } = person;
    await browser.submit(await browser.get(`${host.url}/logout`));
    const steps = ['local', 'revoke', 'master', 'upstream'];
    expect(told).toEqual([
      ending(person, 'logout'),
      ['logout.completed', { steps: steps.map((name) => ({ name, outcome: 'done' })) }],
    ]);
  });

  it('of a sign-in that failed', async () => {
    const state = 'x'.repeat(43);
    const page = await createBrowser().get(`${host.url}/callback?code=c&state=${state}`);
    expect(page.status).toBe(400);
    expect(told).toEqual([
      [
        'login.failed',
        { requestId, code: 'login_transaction_missing', detail: expect.stringMatching(/.{20}/) },
      ],
    ]);
  });

  it('of a sign-in that replaces another', async () => {
    const first = await signIn();
    told.length = 0;
    const second = await signIn(first.browser);
    expect(second.session).not.toBe(first.session);
    expect(told).toContainEqual(ending(first, 'replaced'));
    expect(told.filter(([name]) => name === 'session.ended')).toHaveLength(1);
  });

  it('of a session that is ended at another device', async () => {
    const [laptop, phone] = [await signIn(), await signIn()];
    told.length = 0;
    const page = await laptop.browser.get(`${host.url}/sessions`);
    await laptop.browser.click(page, 'End all other sessions');
    expect(told).toContainEqual(ending(phone, 'elsewhere'));
    expect(told).not.toContainEqual(ending(laptop, 'elsewhere'));
  });

  it('of the sessions of a user that the host ends', async () => {
    const people = [await signIn(), await signIn()];
    told.length = 0;
    await host.relyingParty.endSessionsOf(people[0]!.subject);
    for (const person of people) expect(told).toContainEqual(ending(person, 'operator'));
  });

  it('of a refresh, one that has to be tried again, and one that is refused', async () => {
    const person = await signIn();
    const open = async (): Promise<void> => void (await person.browser.get(`${host.url}/page`));
    told.length = 0;
    host.pools.clock.advance('20m');
    await open();
    host.pools.clock.advance('20m');
    await open();
    host.pools.clock.advance('19m');
    await open();
    await expect.poll(() => told).toEqual([['session.refreshed', whoOf(person)]]);

    told.length = 0;
    host.pools.faults.always('oidc-pool-1', 'token', { status: 503 });
    for (let minute = 0; minute < 65; minute += 13) {
      host.pools.clock.advance('13m');
      await open();
    }
    const detail = expect.stringContaining('503') as string;
    await expect
      .poll(() => told)
      .toEqual([['session.refresh_failed', { ...whoOf(person), permanent: false, detail }]]);

    told.length = 0;
    host.pools.faults.clear();
    const master = host.pools.pool('oidc-pool-1');
    for (const { username } of master.users()) master.globalSignOut(username);
    host.pools.clock.advance('1m');
    await open();
    const refused = expect.stringContaining('invalid_grant') as string;
    expect(told.filter(([name]) => name.startsWith('session.'))).toEqual([
      ['session.refresh_failed', { ...whoOf(person), permanent: true, detail: refused }],
      ending(person, 'refresh_refused'),
    ]);
  });
});
