import { describe, expect, it } from 'vitest';
import { ProxyFailure } from '../../../src/errors/proxy-failure.js';
import type { Provider } from '../../../src/relying-party/provider/discovery.js';
import { createProviderPresence } from '../../../src/relying-party/provider/presence.js';
import { createNetwork, failed, failing } from '../../support/network.js';

const answers = async (): Promise<Response> => new Response();
const silent = failing(failed('ECONNRESET'));
const noOneThere = failing(failed('ECONNREFUSED'));
const noWay = failing(new ProxyFailure(new URL('http://proxy.example:3128'), 'it refused'));

describe('a look whether the provider is there', () => {
  function start() {
    const network = createNetwork();
    const endpoints = { token_endpoint: 'https://op.example/token' };
    let rereads = 0;
    const provider = {
      configuration: async () => ({ serverMetadata: () => ({ ...endpoints }) }),
      reportUnreachable: () => {
        rereads += 1;
      },
    } as unknown as Provider;
    const look = createProviderPresence({ provider, ...network });
    return {
      look,
      ...network,
      endpoints,
      rereads: () => rereads,
      /** From here on no look ends: what is said all the same was remembered. */
      hang: () => network.answerWith(() => new Promise(() => undefined)),
      /** What a look says without any answer from outside. */
      atOnce: () =>
        Promise.race([look(), new Promise((resolve) => setImmediate(resolve, 'it waits'))]),
    };
  }

  it('remembers for a second that it answered, and asks nobody meanwhile', async () => {
    const { look, asked, pass } = start();
    expect(await look()).toBe('answers');
    pass(999);
    expect(await look()).toBe('answers');
    expect(asked).toEqual(['HEAD https://op.example/']);
    pass(1);
    expect(await look()).toBe('answers');
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['silent', silent],
    ['unknown', noWay],
  ])('remembers for five seconds that it was "%s", and looks again behind', async (is, answer) => {
    const { look, asked, pass, answerWith, hang, atOnce } = start();
    answerWith(answer);
    expect(await look()).toBe(is);
    expect(look.lastFailure()).toBeInstanceOf(TypeError);
    hang();
    pass(4999);
    expect(await atOnce()).toBe(is);
    expect(await atOnce()).toBe(is);
    expect(asked).toHaveLength(2);
    pass(1);
    expect(await atOnce()).toBe('it waits');
    expect(asked).toHaveLength(2);
  });

  it('sees at the next look but one that it is back', async () => {
    const { look, answerWith, atOnce } = start();
    answerWith(silent);
    expect(await look()).toBe('silent');
    answerWith(answers);
    expect(await atOnce()).toBe('silent');
    await expect.poll(look).toBe('answers');
  });

  it('where no connection can be made, looks where the metadata says now; remembers nothing', async () => {
    const { look, asked, endpoints, rereads, answerWith, hang, atOnce } = start();
    answerWith(async () => {
      endpoints.token_endpoint = 'https://moved.example/token';
      return noOneThere();
    });
    expect(await look()).toBe('no-one-there');
    expect(asked).toEqual(['HEAD https://op.example/', 'HEAD https://moved.example/']);
    expect(rereads()).toBe(1);
    hang();
    expect(await atOnce()).toBe('it waits');
  });

  it('that has not moved is not looked at twice', async () => {
    const { look, asked, answerWith } = start();
    answerWith(noOneThere);
    expect(await look()).toBe('no-one-there');
    expect(asked).toHaveLength(1);
  });
});
