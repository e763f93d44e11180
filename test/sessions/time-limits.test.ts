import { describe, expect, it } from 'vitest';
import {
  CONNECT_MS,
  FINISH_MS,
  LOOK_MS,
  PROVIDER_CALL_MS,
  REFRESH_LOCK_MS,
  REFRESH_LOCK_RENEWAL_MS,
  REFRESH_RETRIES_MS,
  REQUEST_WAIT_MS,
  ROTATION_GRACE_SECONDS,
  STORE_ANSWER_MS,
  TUNNEL_MS,
} from '../../src/sessions/time-limits.js';

describe('the time limits fit each other', () => {
  const graceMs = ROTATION_GRACE_SECONDS * 1000;
  /** A call that hangs, and the pause after it. */
  const attempt = (pauseMs: number): number => PROVIDER_CALL_MS + pauseMs;

  it('every try after a lost answer has come back within the grace of the token that was replaced', () => {
    const begun = REFRESH_RETRIES_MS.map(attempt).reduce((sum, each) => sum + each, 0);
    expect(begun + PROVIDER_CALL_MS).toBeLessThan(graceMs);
  });

  it('the first of them is there well inside it: in the first quarter', () => {
    expect(attempt(REFRESH_RETRIES_MS[0]!) + PROVIDER_CALL_MS).toBeLessThan(graceMs / 4);
  });

  it('a killed process keeps the lock for a small part of it', () => {
    expect(REFRESH_LOCK_MS + PROVIDER_CALL_MS).toBeLessThan(graceMs / 4);
  });

  it('a lock is renewed in time, also when the store takes all it may and one renewal is lost', () => {
    expect(REFRESH_LOCK_RENEWAL_MS + STORE_ANSWER_MS).toBeLessThan(REFRESH_LOCK_MS);
    expect(2 * REFRESH_LOCK_RENEWAL_MS + STORE_ANSWER_MS).toBeLessThan(REFRESH_LOCK_MS);
  });

  it('a request waits for the store at least as long as the store may take', () => {
    expect(STORE_ANSWER_MS).toBeLessThan(REQUEST_WAIT_MS);
  });

  it('a request is told what a look has shown, also when it took all it may', () => {
    expect(LOOK_MS).toBeLessThan(REQUEST_WAIT_MS);
  });

  it('a request that waits as long as it may is answered within a second, a quarter of which is its own', () => {
    expect(REQUEST_WAIT_MS).toBeLessThanOrEqual(750);
  });

  it('a call is over after what it waits for on its way, which can then be told apart', () => {
    expect(CONNECT_MS).toBeLessThan(TUNNEL_MS);
    expect(TUNNEL_MS).toBeLessThan(PROVIDER_CALL_MS);
  });

  it('the grace is none that Cognito refuses', () => {
    expect(ROTATION_GRACE_SECONDS).toBeLessThanOrEqual(60);
  });

  it('a stop waits long enough for a call to the provider, and to save what it brings', () => {
    expect(PROVIDER_CALL_MS + 2 * STORE_ANSWER_MS).toBeLessThan(FINISH_MS);
  });
});
