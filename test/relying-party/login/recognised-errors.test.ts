import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PoolsSeed } from '../../../src/pools/index.js';
import { startWorld, type World } from '../../support/world.js';

/** The master pool insists on a telephone number, which nobody brings. */
const withPhoneRequired = ({ pools: [master, ...others] }: PoolsSeed): PoolsSeed => ({
  pools: [{ ...master!, requiredAttributes: ['phone_number'] }, ...others],
});

describe('an error the master pool reports', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ seed: withPhoneRequired });
  });
  afterAll(() => world.stop());

  it('is told to the user in plain words, and to the operator with cause, fix and page', async () => {
    const page = await world.signIn(world.browser());
    expect(page.status).toBe(502);
    expect(page.text()).toContain('Your account lacks something this site needs');
    expect(page.text()).toContain('attribute_missing');
    expect(page.text()).not.toContain('phone_number');
    // The same account would come back without it again.
    const links = page.document.querySelectorAll('main a').map((link) => link.getAttribute('href'));
    expect(links).toEqual(['/']);

    const failed = world.app.log.find((line) => line.includes('login.failed')) ?? '';
    expect(JSON.parse(failed)).toMatchObject({
      code: 'attribute_missing',
      detail: expect.stringMatching(
        /^.+ \| Map it at .+ docs\/errors\/attribute_missing\.md \| unverified, the browser brought: invalid_request: attributes required: \[phone_number\]$/,
      ),
    });
  });

  it('is an error of the upstream pool when that answers the token request with one', async () => {
    world.pools.faults.once('oidc-pool-2', 'token', { status: 500 });
    const page = await world.signIn(world.browser());
    expect(page.text()).toContain('identity_provider_refused');
  });
});
