import { expect, it } from 'vitest';
import { situationOf, type Found } from '../../../src/program/rotation/situation.js';

const first = { id: 'site--1', createdAt: 1 };
const second = { id: 'site--2', createdAt: 2 };
const taken = (value: string) => ({ value, isTaken: true });
const refused = (value: string) => ({ value, isTaken: false });

const lookAt = (found: Found) => situationOf(found, 'THE FILE', (secret) => `REMOVE ${secret?.id}`);

it.each<[string, Found, string]>([
  ['one secret, ours', { mine: [taken('old')], pool: [first], shown: 'old' }, 'begin'],
  ['one that was added, ours', { mine: [taken('old')], pool: [first], shown: undefined }, 'begin'],
  [
    'a new one that Cognito was not told of',
    { mine: [refused('new'), taken('old')], pool: [first], shown: 'old' },
    'add',
  ],
  [
    'both, known on both sides',
    { mine: [taken('new'), taken('old')], pool: [first, second], shown: 'old' },
    'replace',
  ],
  [
    'both, and none is shown',
    { mine: [taken('new'), taken('old')], pool: [first, second], shown: undefined },
    'replace',
  ],
  [
    'the newer of two, put there by hand',
    { mine: [taken('new')], pool: [first, second], shown: 'old' },
    'replace',
  ],
  [
    'an older one that is gone',
    { mine: [taken('new'), refused('old')], pool: [second], shown: undefined },
    'tidy',
  ],
])('goes on with %s', (_, found, next) => {
  expect(lookAt(found)).toEqual({ next });
});

it.each<[string, Found, string[]]>([
  ['a public client', { mine: [taken('x')], pool: [], shown: undefined }, ['is public']],
  [
    'a secret that is none',
    { mine: [refused('x')], pool: [first], shown: 'old' },
    ['no secret of the app client', 'THE FILE'],
  ],
  [
    'two that are none',
    { mine: [refused('x'), refused('y')], pool: [first, second], shown: 'old' },
    ['no secret of the app client'],
  ],
  [
    'the older of two, the other made elsewhere',
    { mine: [taken('old')], pool: [first, second], shown: 'old' },
    ['the older of them', 'REMOVE site--2', 'in front of'],
  ],
  [
    'one of two, and nobody can tell which',
    { mine: [taken('one')], pool: [first, second], shown: undefined },
    ['one of them', 'REMOVE undefined'],
  ],
  [
    'two of which the client takes the first, and another that is not here',
    { mine: [taken('one'), refused('x')], pool: [first, second], shown: 'other' },
    ['only the first', 'REMOVE undefined'],
  ],
  [
    'two of which the client takes the second, and another that is not here',
    { mine: [refused('x'), taken('one')], pool: [first, second], shown: 'one' },
    ['only the second'],
  ],
  [
    'two in the wrong order',
    { mine: [taken('old'), taken('new')], pool: [first, second], shown: 'old' },
    ['the older secret in front', 'Exchange'],
  ],
])('says what to do, and goes on with nothing, at %s', (_, found, words) => {
  const situation = lookAt(found);
  expect(situation.next).toBe('nothing');
  for (const each of words) expect(JSON.stringify(situation)).toContain(each);
});
