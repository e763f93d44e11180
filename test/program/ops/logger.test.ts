import { EventEmitter } from 'node:events';
import express from 'express';
import { CompactEncrypt, UnsecuredJWT, generateSecret } from 'jose';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { logEvents } from '../../../src/program/ops/log-events.js';
import { requestLog } from '../../../src/program/ops/request-log.js';
import type { RelyingPartyEvents } from '../../../src/relying-party/events.js';
import { keptLog } from './log-lines.js';

const jws = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl-_x';
const unsecured = new UnsecuredJWT({ sub: 'alice' }).encode();
const jwe = await new CompactEncrypt(Buffer.from('refresh'))
  .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
  .encrypt(await generateSecret('A256GCM'));

describe('a log line', () => {
  it('is one JSON object with the level as a word, the time in ISO 8601 and the process', () => {
    const log = keptLog();
    log.logger.info({ port: 3000 }, 'listening');
    expect(log.lines()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        pid: process.pid,
        port: 3000,
        msg: 'listening',
      },
    ]);
  });

  it.each([
    ['a signed token', jws, jws],
    ['an unsecured token', unsecured, unsecured.slice(0, -1)],
    ['an encrypted token, all five parts', jwe, jwe.slice(-20)],
    ['a token behind words with dots', `id.token.of.alice.${jws}`, jws.slice(-12)],
    ['a token behind letters', `token=%3D${jws}`, jws.slice(-12)],
    ['a secret behind backslashes', `\\\\\\"client_secret\\": \\"hunter2`, 'hunter2'],
    ['a code in a URL', 'GET https://app.example/callback?code=hunter2&state=x', 'hunter2'],
    ['a state in a URL', '/callback?code=a&state=hunter2', 'hunter2'],
    ['a code in a return_to', '/login?return_to=%2Fcallback%3Fcode%3Dhunter2', 'hunter2'],
    ['a form of the token endpoint', 'grant_type=refresh_token&refresh_token=hunter2', 'hunter2'],
    ['a code verifier', 'code_verifier=hunter2', 'hunter2'],
    ['a bearer header', 'Authorization: Bearer hunter2/opaque==', 'hunter2'],
    ['a basic header', 'Basic aHVudGVyMg==', 'aHVudGVyMg'],
    ['a token response as text', '{"expires_in":1,"refresh_token":"hunter2"}', 'hunter2'],
    ['a cookie in dumped headers', '{"set-cookie":["hunter2=1; Path=/"]}', 'hunter2'],
  ])('never carries %s, wherever it is put', (_what, secretText, mustNotAppear) => {
    const log = keptLog();
    const error = Object.assign(new Error(`failed: ${secretText}`, { cause: secretText }), {
      response: { body: secretText },
    });
    log.logger.error(error);
    log.logger.warn({ err: error, deep: { deeper: { text: secretText } } }, secretText);
    expect(log.text()).not.toContain(mustNotAppear);
    expect(log.lines()).toHaveLength(2);
  });

  it('has nothing in it that steers a terminal or breaks the line, and says the same to who reads it as JSON', () => {
    const log = keptLog();
    const text = '\u009b31m \u202e \u2028 \u0085 \u007f \ufeff \u{e0041} \n é 漢 😀';
    log.logger.warn({ path: `/${text}`, err: new Error(text) }, text);
    expect(log.text().slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(log.text().endsWith('}\n')).toBe(true);
    expect(log.lines()).toMatchObject([{ path: `/${text}`, msg: text, err: { message: text } }]);
    expect(log.text()).toContain('é 漢 😀');
  });

  it('never carries an opaque token held in a member, however deep', () => {
    const log = keptLog();
    log.logger.info({
      a: { b: { refresh_token: 'hunter2', idToken: 'hunter2' } },
      cookie: 'hunter2',
    });
    expect(log.text()).not.toContain('hunter2');
    expect(log.lines()).toHaveLength(1);
  });

  it('keeps what helps: the code, message and stack of an error, and what kind its cause was', () => {
    const log = keptLog();
    const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    log.logger.error({
      err: Object.assign(new Error('no answer', { cause }), { code: 'provider_unavailable' }),
    });
    expect(log.lines()[0]).toMatchObject({
      err: {
        type: 'Error',
        code: 'provider_unavailable',
        message: 'no answer',
        stack: expect.stringContaining('logger.test'),
        cause: 'ECONNREFUSED',
      },
    });
  });
});

describe('the request log', () => {
  it('has id, method, path without query, status and milliseconds, and nothing else of a request', async () => {
    const log = keptLog();
    let elapsed = 0;
    const app = express()
      .use(requestLog(log.logger, () => (elapsed += 12.34)))
      .get('/callback', (_req, res) => void res.status(400).send('no'));
    const answer = await request(app)
      .get('/callback?code=hunter2&state=hunter2')
      .set({ Cookie: 'session=hunter2', Authorization: 'Bearer hunter2', 'User-Agent': 'hunter2' });

    expect(log.lines()).toEqual([
      {
        level: 'info',
        time: expect.any(String),
        pid: process.pid,
        id: answer.get('x-request-id'),
        method: 'GET',
        path: '/callback',
        status: 400,
        ms: 12.3,
        msg: 'request',
      },
    ]);
  });

  it('says when the browser went away before the answer was out', async () => {
    const log = keptLog();
    const app = express()
      .use(requestLog(log.logger))
      .get('/', (req) => void req.socket.destroy());
    await expect(request(app).get('/')).rejects.toThrow(/socket|ECONNRESET/);
    expect(log.lines()).toMatchObject([{ path: '/', aborted: true }]);
  });
});

describe('the event log', () => {
  it('writes each event by name with its payload, louder when it is bad', () => {
    const log = keptLog();
    const events = new EventEmitter<RelyingPartyEvents>();
    logEvents(events, log.logger);
    events.emit('login.failed', { requestId: 'r1', code: 'id_token_expired', detail: 'exp' });
    events.emit('session.ended', { subject: 's', session: 'k', reason: 'logout' });
    expect(log.lines()).toMatchObject([
      { level: 'warn', event: 'login.failed', msg: 'login.failed', code: 'id_token_expired' },
      { level: 'info', event: 'session.ended', subject: 's', session: 'k', reason: 'logout' },
    ]);
  });
});
