import { storeMisconfigured } from '../../store-errors.js';

export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is, read from the URL. */
export interface RedisAddress {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  readonly hosts: readonly RedisHost[];
  readonly isTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  /** What the sentinels call the master; empty for the other kinds. */
  readonly masterName: string;
  /** The sentinels' own password, when they ask for one. */
  readonly sentinelPassword: string | undefined;
}

const FORM =
  /^redis(?<tls>s)?(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^@/]*)@)?(?<hosts>[^@/?]+)(?:\/(?<path>[^?]*))?(?:\?(?<query>.*))?$/;

/**
 * Reads a Redis URL. With `rediss` in place of `redis` every connection is TLS; user name and
 * password are percent-encoded.
 *
 * - `redis://[user:password@]host[:6379][/database]`
 * - `redis+sentinel://[user:password@]host[:26379],host2…/master-name[?sentinel_password=…]`
 * - `redis+cluster://[user:password@]host[:6379],host2…`
 *
 * @throws {ConfigError} naming `session.store`
 */
export function parseRedisUrl(url: string): RedisAddress {
  const parts = FORM.exec(url)?.groups;
  if (parts === undefined) throw storeMisconfigured('is not a Redis URL', 'use redis://host:6379');
  const kind =
    parts['kind'] === 'sentinel' || parts['kind'] === 'cluster' ? parts['kind'] : 'single';
  const hosts = (parts['hosts'] ?? '')
    .split(',')
    .map((host) => parseHost(host, kind === 'sentinel' ? 26379 : 6379));
  const path = decode(parts['path'] ?? '');
  if (kind === 'single' && (hosts.length > 1 || !/^\d*$/.test(path))) {
    throw storeMisconfigured(
      'is not a Redis URL',
      'use redis://host:6379/0, with one host and a database number',
    );
  }
  if (kind === 'sentinel' && path === '') {
    throw storeMisconfigured(
      'lacks the name of the master',
      'use redis+sentinel://host:26379,host2:26379/mymaster',
    );
  }
  if (kind === 'cluster' && path !== '') {
    throw storeMisconfigured(
      'names a database, and a cluster has only one',
      'leave out what follows the hosts',
    );
  }
  const [username = '', ...password] = (parts['user'] ?? '').split(':');
  return {
    kind,
    hosts,
    isTls: parts['tls'] !== undefined,
    username: decode(username) || undefined,
    password: decode(password.join(':')) || undefined,
    database: kind === 'single' ? Number(path) : 0,
    masterName: kind === 'sentinel' ? path : '',
    sentinelPassword: new URLSearchParams(parts['query']).get('sentinel_password') ?? undefined,
  };
}

function parseHost(value: string, defaultPort: number): RedisHost {
  if (!URL.canParse(`redis://${value}`)) {
    throw storeMisconfigured(
      'has a host that cannot be read',
      'write each as host:port, with commas between them',
    );
  }
  const { hostname, port } = new URL(`redis://${value}`);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? defaultPort : Number(port) };
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw storeMisconfigured(
      'has a % that encodes nothing',
      'write a % in a user name or password as %25',
    );
  }
}
