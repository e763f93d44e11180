import type { UserPoolType } from '@aws-sdk/client-cognito-identity-provider';

import { TAG } from '../wanted/resources.js';

/** What the operator gives to `setup`, each by its own name at Cognito. */
export interface Adoption {
  readonly pools: readonly string[];
  readonly clients: readonly string[];
  readonly providers: readonly string[];
  readonly resourceServers: readonly string[];
}

const marked = [
  'SiteClient',
  'UpstreamClient',
  'MachineClient',
  'IdentityProvider',
  'ResourceServer',
] as const;

/** Things that have no tags of their own at Cognito: those of their pool say whose they are. */
export type MarkedId = (typeof marked)[number];

export const isMarked = (id: string): id is MarkedId => marked.some((each) => each === id);

/**
 * What a mark says: `setup` has made it, has been given it, or was about to make it. A client's id
 * is Cognito's to make up, so its mark can hold the id only afterwards; whoever is cut off in
 * between finds it by its name and time.
 */
export type Mark =
  | { readonly kind: 'made' | 'adopted'; readonly name: string }
  | { readonly kind: 'making'; readonly since: Date };

export const markKey = (id: MarkedId): string => `${TAG}:${id}`;

/** As a tag's value, of letters, digits and `+-=._:/@` alone. */
export const markText = (mark: Mark): string =>
  mark.kind === 'making' ? `making ${mark.since.toISOString()}` : `${mark.kind} ${mark.name}`;

/** The mark of a thing among the tags of its pool; what nobody of us has written is none. */
export function readMark(
  tags: Readonly<Record<string, string>> | undefined,
  id: MarkedId,
): Mark | undefined {
  const [kind, name = ''] = tags?.[markKey(id)]?.split(' ') ?? [];
  if ((kind === 'made' || kind === 'adopted') && name !== '') return { kind, name };
  const since = new Date(name);
  return kind === 'making' && !Number.isNaN(since.getTime()) ? { kind, since } : undefined;
}

/** Whether a tag is the mark of what setup has made itself, or was about to make. */
export const isMadeMark = (key: string, text: string): boolean =>
  key.startsWith(`${TAG}:`) && /^(?:made|making) /.test(text);

/**
 * Whose a thing is that exists: `made` or `adopted` by an earlier run, `named` by the operator just
 * now, `unmarked` because the run that made it was cut off, `foreign` otherwise.
 */
export type Ownership = 'made' | 'adopted' | 'named' | 'unmarked' | 'foreign';

export interface Owner {
  readonly ownership: Ownership;
  /** By which it can be adopted. */
  readonly name: string;
  /** All that may be meant. */
  readonly candidates: readonly string[];
}

/** What can be somebody else's. A pool has one domain, which is never changed, and so are users. */
export type OwnedId = MarkedId | 'MasterPool' | 'UpstreamPool';

/**
 * How long after its mark a thing was made, by two clocks, if it was made by the run that wrote the
 * mark.
 */
const MAKING_TAKES_MS = 15 * 60_000;

/** Whose a thing in a pool is, by the pool's tags. */
export function ownerOf(
  { UserPoolTags }: Pick<UserPoolType, 'UserPoolTags'>,
  id: MarkedId,
  name: string,
  { createdAt, isNamed }: { createdAt: Date | undefined; isNamed: readonly string[] },
): Owner {
  const ownership = (): Ownership => {
    const mark = readMark(UserPoolTags, id);
    if (mark?.kind === 'adopted' && mark.name === name) return 'adopted';
    if (isNamed.includes(name)) return 'named';
    if (mark?.kind === 'made' && mark.name === name) return 'made';
    if (mark?.kind !== 'making') return 'foreign';
    const after = (createdAt ?? mark.since).getTime() - mark.since.getTime();
    return Math.abs(after) < MAKING_TAKES_MS ? 'unmarked' : 'foreign';
  };
  return { ownership: ownership(), name, candidates: [name] };
}
