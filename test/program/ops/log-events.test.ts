import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { errorCatalogue, RelyingPartyError } from '../../../src/errors/relying-party-error.js';
import { logEvents } from '../../../src/program/ops/log-events.js';
import { createLogger } from '../../../src/program/ops/logger.js';
import type { RelyingPartyEvents } from '../../../src/relying-party/events.js';
import { Writable } from 'node:stream';

function lines(
  emit: (events: EventEmitter<RelyingPartyEvents>) => void,
): Record<string, unknown>[] {
  const written: string[] = [];
  const destination = new Writable({
    write(line: Buffer, _encoding, done) {
      written.push(line.toString());
      done();
    },
  });
  const events = new EventEmitter<RelyingPartyEvents>();
  logEvents(events, createLogger({ level: 'trace', destination }));
  emit(events);
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const request = { requestId: 'r', method: 'GET', path: '/api/me' };

it.each([
  ['a refused caller', new RelyingPartyError('access_token_missing', 'why'), 401, 'info', false],
  [
    'a store that is down',
    new RelyingPartyError('session_store_unavailable', 'why'),
    503,
    'warn',
    false,
  ],
  ['a bug', new TypeError('why'), 500, 'error', true],
] as const)(
  'tells of %s at its level, with a stack only where there is a bug',
  (_who, err, status, level, hasStack) => {
    const code = err instanceof RelyingPartyError ? err.code : 'internal_error';
    const [line] = lines((events) =>
      events.emit('request.failed', { ...request, code, status, err }),
    );
    expect(line).toMatchObject({ event: 'request.failed', level, code, status, path: '/api/me' });
    expect(JSON.stringify(line)).toContain('why');
    expect(JSON.stringify(line).includes('"stack"')).toBe(hasStack);
  },
);

it('speaks of settings where an event speaks of options, and leaves what else is in the line', () => {
  const heard: unknown[] = [];
  const { cause } = errorCatalogue.login_transaction_missing;
  expect(cause).toContain('it took longer than options.loginSeconds');
  const [line] = lines((events) => {
    events.on('login.failed', ({ detail }) => heard.push(detail));
    events.emit('login.failed', {
      requestId: 'r',
      code: 'login_transaction_missing',
      detail: cause,
    });
  });
  expect(heard).toEqual([cause]);
  expect(line!['detail']).toContain('it took longer than LOGIN_SECONDS');

  const path = '/options.issuer';
  const err = new RelyingPartyError('not_found', 'why');
  const [other] = lines((events) =>
    events.emit('request.failed', { ...request, path, code: err.code, status: 404, err }),
  );
  expect(other).toMatchObject({ path });
});
