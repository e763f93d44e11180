import { describe, expect, it } from 'vitest';
import { fieldNames } from '../../support/forms.js';
import {
  asksForNewPassword,
  asksForPassword,
  authorizeUrl,
  chooseNewPassword,
  codeIn,
  openBrowser,
  parametersOf,
  signIn,
  submitCredentials,
} from '../journeys.js';
import { alice, bob, callback } from '../seed.js';
import { exchangeCode } from '../token-endpoint.js';
import { useWorld } from '../world.js';

const world = useWorld();

const sessionCookies = (setCookies: readonly string[]): string[] =>
  setCookies.filter((line) => /^cognito(-[\w-]+)?=[^;]/.test(line) && !/max-age=0/i.test(line));

describe('the login form', () => {
  it('has the names and ids of the classic hosted UI and posts to /login with the same query', async () => {
    const page = await openBrowser().get(authorizeUrl(world.members, 'site'));
    const form = page.form('form[name=cognitoSignInForm]');

    expect(form.getAttribute('method')?.toUpperCase()).toBe('POST');
    const action = new URL(form.getAttribute('action') ?? '', page.url);
    expect(action.origin + action.pathname).toBe(`${world.members.domain}/login`);
    expect(action.search).toBe(new URL(page.url).search);
    expect(fieldNames(form)).toEqual(
      expect.arrayContaining(['_csrf', 'username', 'password', 'cognitoAsfData']),
    );
    expect(form.querySelector('#signInFormUsername[name=username]')).not.toBeNull();
    expect(form.querySelector('#signInFormPassword[name=password]')).not.toBeNull();
    expect(form.querySelector('[name=signInSubmitButton]')).not.toBeNull();
  });

  it('signs in and sends the browser back with a code and the state', async () => {
    const browser = openBrowser();
    const page = await signIn(browser, world.members, 'site', alice);

    expect(page.status).toBe(302);
    expect(page.url).toMatch(`${callback}?code=`);
    expect([...page.query.keys()]).toEqual(['code', 'state']);
    expect((await exchangeCode(world.members, 'site', codeIn(page))).status).toBe(200);
  });

  it('sets a one-hour session cookie scoped to this pool', async () => {
    const page = await signIn(openBrowser(), world.members, 'site', alice);
    const [cookie = '', ...others] = sessionCookies(page.setCookies);
    const path = new URL(world.members.domain).pathname;

    expect(others).toEqual([]);
    expect(cookie).toMatch(/;\s*Max-Age=3600(;|$)/i);
    expect(cookie).toMatch(/;\s*HttpOnly(;|$)/i);
    expect(cookie).toMatch(/;\s*SameSite=Lax(;|$)/i);
    expect(cookie).toMatch(new RegExp(`;\\s*Path=${path}/?(;|$)`, 'i'));
  });

  it('finishes two tabs that were open at the same time, each with its own state', async () => {
    const browser = openBrowser();
    const first = await browser.get(authorizeUrl(world.members, 'site', { state: 'tab-1' }));
    const second = await browser.get(authorizeUrl(world.members, 'site', { state: 'tab-2' }));

    const afterSecond = await submitCredentials(browser, second, alice);
    const afterFirst = await submitCredentials(browser, first, alice);
    expect(afterSecond.query.get('state')).toBe('tab-2');
    expect(afterFirst.query.get('state')).toBe('tab-1');
    expect(codeIn(afterFirst)).not.toBe(codeIn(afterSecond));
  });

  it('cancels a sign-in that took longer than five minutes and offers the form again', async () => {
    const browser = openBrowser();
    const page = await browser.get(authorizeUrl(world.members, 'site'));
    world.pools.clock.advance('5m');
    world.pools.clock.advance('1s');
    const late = await submitCredentials(browser, page, alice);

    expect(late.visited).toBe(true);
    expect(late.text()).toContain('Something went wrong');
    expect(asksForPassword(late)).toBe(true);
    const again = await submitCredentials(browser, late, alice);
    expect(codeIn(again)).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a sign-in that must not succeed', () => {
  it('says the same for a wrong password and for an unknown user', async () => {
    const wrongPassword = await signIn(openBrowser(), world.members, 'site', {
      ...alice,
      password: 'Wrong-Horse-1',
    });
    const unknownUser = await signIn(openBrowser(), world.members, 'site', {
      username: 'nobody',
      password: 'Wrong-Horse-1',
    });

    expect(wrongPassword.text()).toContain('Incorrect username or password.');
    expect(unknownUser.status).toBe(wrongPassword.status);
    expect(unknownUser.text()).toBe(wrongPassword.text());
    for (const page of [wrongPassword, unknownUser]) {
      expect(asksForPassword(page)).toBe(true);
      expect(page.html).not.toContain('Wrong-Horse-1');
      expect(sessionCookies(page.setCookies)).toEqual([]);
    }
  });

  it('reveals an unknown user only where the client is set up so', async () => {
    const page = await signIn(openBrowser(), world.members, 'revealing', {
      username: 'nobody',
      password: 'Wrong-Horse-1',
    });
    expect(page.text()).toContain('User does not exist.');
  });

  it.each([
    ['UNCONFIRMED', 'carol'],
    ['disabled', 'dave'],
    ['RESET_REQUIRED', 'erin'],
  ])('stops a user who is %s although the password is right', async (_, username) => {
    const browser = openBrowser();
    const page = await signIn(browser, world.members, 'site', {
      username,
      password: 'Correct-Horse-1',
    });

    expect(page.visited).toBe(true);
    expect(page.status).toBeLessThan(500);
    expect(sessionCookies(page.setCookies)).toEqual([]);
    const next = await browser.get(authorizeUrl(world.members, 'site'));
    expect(asksForPassword(next)).toBe(true);
  });

  it.each([
    ['without a _csrf field', undefined, true],
    ['with a made-up _csrf field', '00000000-0000-4000-8000-000000000000', true],
    ['without the XSRF-TOKEN cookie', 'own', false],
    ['with neither of them', '', false],
  ])('refuses a form posted %s', async (_, csrf, keepsCookies) => {
    const browser = openBrowser();
    const page = await browser.get(authorizeUrl(world.members, 'site'));
    const own = page.document.querySelector('input[name=_csrf]')?.getAttribute('value');
    const cookie = keepsCookies
      ? browser
          .cookies(page.url)
          .map((each) => each.cookieString())
          .join('; ')
      : '';
    const answer = await fetch(page.url, {
      method: 'POST',
      redirect: 'manual',
      body: parametersOf({ ...alice, cognitoAsfData: '', _csrf: csrf === 'own' ? own : csrf }),
      headers: cookie === '' ? {} : { cookie },
    });

    expect(answer.headers.get('location') ?? '').not.toContain('code=');
    expect(sessionCookies(answer.headers.getSetCookie())).toEqual([]);
    expect(answer.status).toBeLessThan(500);
  });

  it('checks the pending request again on submit', async () => {
    const browser = openBrowser();
    const page = await browser.get(authorizeUrl(world.members, 'site'));
    const elsewhere = encodeURIComponent('http://evil.example/');
    page.form().setAttribute('action', page.url.replace(encodeURIComponent(callback), elsewhere));
    const hidden = page.document.querySelector('input[name=redirect_uri]');
    hidden?.setAttribute('value', 'http://evil.example/');
    const after = await submitCredentials(browser, page, alice);

    expect(after.query.get('error')).toBe('redirect_mismatch');
    expect(after.status).toBe(400);
  });
});

describe('a user who has to change a temporary password', () => {
  const chosen = 'Chosen-By-Bob-2';

  it('is asked for a new one before the sign-in finishes, and is CONFIRMED afterwards', async () => {
    const browser = openBrowser();
    const page = await signIn(browser, world.members, 'site', bob, { state: 'kept', nonce: 'n-2' });
    expect(asksForNewPassword(page)).toBe(true);
    expect(sessionCookies(page.setCookies)).toEqual([]);

    const after = await chooseNewPassword(browser, page, chosen);
    expect(after.url).toMatch(`${callback}?code=`);
    expect(after.query.get('state')).toBe('kept');
    const user = world.members.users().find(({ username }) => username === 'bob');
    expect(user?.status).toBe('CONFIRMED');
  });

  it('signs in with the new password, and no longer with the temporary one', async () => {
    const browser = openBrowser();
    const page = await signIn(browser, world.members, 'site', bob);
    await chooseNewPassword(browser, page, chosen);

    const temporary = await signIn(openBrowser(), world.members, 'site', bob);
    const permanent = await signIn(openBrowser(), world.members, 'site', {
      ...bob,
      password: chosen,
    });
    expect(temporary.text()).toContain('Incorrect username or password.');
    expect(codeIn(permanent)).toBeTruthy();
  });

  it('cannot use the new-password page twice, nor after five minutes, nor in another browser', async () => {
    const browser = openBrowser();
    const page = await signIn(browser, world.members, 'site', bob);
    const stolen = await chooseNewPassword(openBrowser(), page, 'Chosen-By-Eve-1');
    expect(stolen.visited).toBe(true);
    codeIn(await chooseNewPassword(browser, page, chosen));
    const replayed = await chooseNewPassword(browser, page, 'Chosen-By-Eve-2');
    expect(replayed.visited).toBe(true);

    world.pools.reset();
    const late = await signIn(browser, world.members, 'site', bob);
    world.pools.clock.advance('301s');
    expect((await chooseNewPassword(browser, late, chosen)).visited).toBe(true);
    const user = world.members.users().find(({ username }) => username === 'bob');
    expect(user?.status).toBe('FORCE_CHANGE_PASSWORD');
  });

  it('has no session before the new password is chosen', async () => {
    const browser = openBrowser();
    await signIn(browser, world.members, 'site', bob);
    const next = await browser.get(authorizeUrl(world.members, 'site'));
    expect(asksForPassword(next)).toBe(true);
  });

  it.each([
    ['too short', 'Ab-1', undefined],
    ['without an upper-case letter', 'chosen-by-bob-2', undefined],
    ['without a lower-case letter', 'CHOSEN-BY-BOB-2', undefined],
    ['without a number', 'Chosen-By-Bob', undefined],
    ['without a symbol', 'ChosenByBob2', undefined],
    ['typed differently the second time', chosen, 'Chosen-By-Bob-3'],
  ])('is asked again when the new password is %s', async (_, password, repeated) => {
    const browser = openBrowser();
    const page = await signIn(browser, world.members, 'site', bob);
    const again = await chooseNewPassword(browser, page, password, repeated);

    expect(asksForNewPassword(again)).toBe(true);
    expect(again.html).not.toContain(password);
    const user = world.members.users().find(({ username }) => username === 'bob');
    expect(user?.status).toBe('FORCE_CHANGE_PASSWORD');
    const after = await chooseNewPassword(browser, again, chosen);
    expect(codeIn(after)).toBeTruthy();
  });
});
