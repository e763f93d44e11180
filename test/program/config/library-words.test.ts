import { describe, expect, it } from 'vitest';
import type { ConfigError } from '../../../src/errors/config-error.js';
import { describeFailure } from '../../../src/program/cli/surroundings/failure.js';
import { inSettings, settingOf } from '../../../src/program/config/library-words.js';
import { wordsOf } from '../../../src/program/doctor/stores/store-findings.js';
import { options } from '../../../src/program/config/options/settings.js';
import type { Option } from '../../../src/program/config/options/option.js';
import { openSessionStore } from '../../../src/sessions/stores/open-session-store.js';

describe('what the library says of its options', () => {
  it.each([
    ['options.session.store', 'SESSION_STORE'],
    ['at x (options.proxy) gave', 'at x (HTTPS_PROXY) gave'],
    ['than options.issuer. A slash', 'than ISSUER. A slash'],
    ['options.clientSecret, or options.api.audience', 'CLIENT_SECRET, or API_AUDIENCE'],
  ])('is told in settings: %s', (said, told) => {
    expect(inSettings(said)).toBe(told);
  });

  it.each(['options.unheard.of', 'my-options.issuers', 'issuer', 'the `scope`'])(
    'is told as it is where no setting is meant: %s',
    (said) => {
      expect(inSettings(said)).toBe(said);
    },
  );

  it('has one setting for each option, and each setting is found by its option', () => {
    const entries = Object.entries<Option<unknown>>(options);
    expect(entries.map(([key, { sets = key }]) => settingOf(sets))).toEqual(
      entries.map(([, { name }]) => name),
    );
  });

  it('is an option in an error of its own, and a setting where a command or doctor fails by it', async () => {
    const error = await openSessionStore('mysql://x').catch((thrown: unknown) => thrown);
    expect((error as ConfigError).message).toMatch(
      /^session\.store is none of the forms we know; /,
    );
    const told = describeFailure(error, 'lifeguard serve');
    expect(told).toContain('\n  SESSION_STORE is none of the forms we know; ');
    expect(told).not.toContain('session.store');
    expect(wordsOf(error)).toBe('SESSION_STORE is none of the forms we know');
  });
});
