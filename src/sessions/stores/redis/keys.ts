const kinds = ['session', 'index', 'lock', 'remembered'] as const;

/** What is kept in Redis, each under names of its own. */
export type RedisKeyKind = (typeof kinds)[number];

export const redisKeyKinds: readonly RedisKeyKind[] = kinds;

/** All our names, as Redis's access lists write it. */
export const REDIS_KEY_PATTERN = 'lifeguard:*';

/**
 * A key in Redis. The number goes up whenever the layout changes: older records are then not seen,
 * and expire.
 */
export function redisKey(kind: RedisKeyKind, value: string): string {
  // Encoded so that no brace in it can choose the slot.
  return `lifeguard:1:${kind}:${encodeURIComponent(value)}`;
}
