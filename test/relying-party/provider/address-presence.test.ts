import { describe, expect, it } from 'vitest';
import { createAddressPresence } from '../../../src/relying-party/provider/presence.js';
import { createNetwork, failed, failing } from '../../support/network.js';

describe('a look whether there is somebody at an address', () => {
  function start() {
    const network = createNetwork();
    const presenceAt = createAddressPresence(network);
    return { ...network, presenceAt: (url: string) => presenceAt(new URL(url)) };
  }

  it('is one for all paths of an origin, remembered for a second', async () => {
    const { presenceAt, asked, pass } = start();
    expect(await presenceAt('https://a.example/logout?x=1')).toBe('answers');
    pass(999);
    expect(await presenceAt('https://a.example/other')).toBe('answers');
    expect(asked).toEqual(['HEAD https://a.example/']);
    pass(1);
    await presenceAt('https://a.example/logout');
    await presenceAt('https://b.example/logout');
    expect(asked).toEqual([
      'HEAD https://a.example/',
      'HEAD https://a.example/',
      'HEAD https://b.example/',
    ]);
  });

  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ENOTFOUND', 'not-found'],
    ['EHOSTUNREACH', 'not-found'],
    ['ENETUNREACH', 'not-found'],
    ['UND_ERR_CONNECT_TIMEOUT', 'not-found'],
    ['ECONNRESET', 'silent'],
    ['UND_ERR_HEADERS_TIMEOUT', 'silent'],
  ])('that ends with %s says "%s", and is taken anew by the next', async (code, presence) => {
    const { presenceAt, asked, answerWith } = start();
    answerWith(failing(failed(code)));
    expect(await presenceAt('https://a.example/')).toBe(presence);
    answerWith(async () => new Response(null, { status: 500 }));
    expect(await presenceAt('https://a.example/')).toBe('answers');
    expect(asked).toHaveLength(2);
  });
});
