import { setTimeout as delay } from 'node:timers/promises';
import { shellWord } from '../../config/shell-word.js';
import { parseRedisUrl, type RedisAddress } from '../../../sessions/stores/redis/address.js';
import { RedisCommands } from '../../../sessions/stores/redis/commands.js';
import { REDIS_KEY_PATTERN, redisKey } from '../../../sessions/stores/redis/keys.js';
import {
  commandsNeeded,
  missingRights,
  type MissingRights,
} from '../../../sessions/stores/redis/rights.js';
import { reasonOf } from '../../../sessions/store-fault.js';
import { compact, finding, type Finding } from '../findings/finding.js';
import type { StoreKind, StoreTrouble } from './store-kind.js';

/** Any key will do: the server that would hold it is asked. */
const KEY = redisKey('session', 'doctor');

/**
 * Redis: which rights are missing, which form of address was meant, and how a server that answers
 * is set up for sessions: what it does when memory runs out, and what it still has after a restart
 * or the loss of a server. Managed ones often refuse INFO or CONFIG. The site needs neither, so
 * that is a note and no finding.
 */
export const redis: StoreKind = {
  async explain(url, trouble) {
    const address = parseRedisUrl(url);
    if (/WRONGPASS|NOAUTH/.test(trouble.words)) return passwordRefused(trouble);
    const reason = reasonOf(trouble.error);
    if (reason === 'refused') {
      const missing = await withCommands(address, (commands) => missingRights(commands, address));
      return rightMissing(trouble, address, missing);
    }
    if (/^MOVED |CLUSTERDOWN/.test(trouble.words) && address.kind === 'single') return isCluster;
    if (/database|DB index/i.test(trouble.words)) return databaseRefused(address.database);
    if (isCertificate(trouble.words)) return certificateRefused(trouble);
    const other = { ...address, isTls: !address.isTls };
    const isSlip = reason !== 'full' && reason !== 'read_only' && (await answers(other));
    return isSlip ? tlsSlip(address) : undefined;
  },
  lookFurther: async (url) => {
    const address = parseRedisUrl(url);
    return withCommands(address, (commands) => settingsOf(commands, address));
  },
};

async function settingsOf(
  commands: RedisCommands,
  address: RedisAddress,
): Promise<{ findings: Finding[]; note?: string }> {
  const info = async (section: string): Promise<Record<string, string>> =>
    parse(String(await commands.read(KEY, ['INFO', section])));
  let sections: Record<string, string>[];
  try {
    sections = [await info('memory'), await info('persistence'), await info('replication')];
  } catch {
    return { findings: [], note: 'without INFO, so nothing is known of its memory and restarts' };
  }
  const [memory = {}, persistence = {}, replication = {}] = sections;
  const hasReplica = Number(replication['connected_slaves'] ?? 0) > 0;
  // A host that hides its persistence has its own way of keeping things.
  const isKept = persistence['aof_enabled'] !== '0' || hasReplica;
  return {
    findings: compact([
      evictionFinding(memory, address),
      isKept ? undefined : notDurable(await snapshots(commands), address),
      address.kind === 'single' || hasReplica ? undefined : withoutReplica(address.kind),
    ]),
  };
}

async function withCommands<Result>(
  address: RedisAddress,
  look: (commands: RedisCommands) => Promise<Result>,
): Promise<Result> {
  const commands = await RedisCommands.open(address);
  try {
    await awaitConnection(commands);
    return await look(commands);
  } finally {
    commands.close();
  }
}

const isCertificate = (error: unknown): boolean => /certificate|altname/i.test(String(error));

/** Whether somebody speaks Redis there, be it only to refuse us. */
async function answers(address: RedisAddress): Promise<boolean> {
  try {
    await withCommands(address, async () => undefined);
    return true;
  } catch (error) {
    return reasonOf(error) === 'refused' || isCertificate(error);
  }
}

/** A connection is made in the background. */
async function awaitConnection(commands: RedisCommands): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await commands.ping();
      return;
    } catch (error) {
      if (String(error).includes('NOPERM')) return;
      if (attempt === 50 || /WRONGPASS|NOAUTH/.test(String(error))) throw error;
      await delay(20);
    }
  }
}

const parse = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\r\n')
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );

async function snapshots(commands: RedisCommands): Promise<boolean> {
  try {
    const answer = await commands.read(KEY, ['CONFIG', 'GET', 'save']);
    return !Array.isArray(answer) || String(answer[1] ?? '') !== '';
  } catch {
    return true;
  }
}

/**
 * The server itself, for it is hardly ever the one that `redis-cli` takes by itself. Of several
 * servers whoever reads this must name each. A password is left to be asked for.
 */
function redisCli({ kind, hosts, isTls }: RedisAddress): string {
  const [first] = hosts;
  const { host, port } = kind === 'single' && first ? first : { host: 'HOST', port: 'PORT' };
  return `redis-cli -h ${shellWord(host)} -p ${port}${isTls ? ' --tls' : ''}`;
}

const ASKS = 'Where Redis asks who that is, add --user NAME --askpass.';

function evictionFinding(
  { maxmemory = '0', maxmemory_policy: policy = 'noeviction' }: Record<string, string>,
  address: RedisAddress,
): Finding | undefined {
  if (maxmemory === '0' || policy === 'noeviction') return undefined;
  return finding(
    'store_evicts',
    `Redis has maxmemory-policy ${policy}: when it is full it drops sessions nobody has signed out of.`,
    `Set the policy to noeviction, also in its configuration file, and watch its memory. At ElastiCache, in the parameter group. ${ASKS}`,
    { command: `${redisCli(address)} CONFIG SET maxmemory-policy noeviction` },
  );
}

const notDurable = (hasSnapshots: boolean, address: RedisAddress): Finding =>
  finding(
    'store_not_durable',
    hasSnapshots
      ? 'Redis keeps sessions over a restart only as of its last snapshot, and has no replica.'
      : 'Redis keeps nothing over a restart, and has no replica.',
    `Switch its append-only file on, also in its configuration file, or give it a replica. ${ASKS}`,
    { command: `${redisCli(address)} CONFIG SET appendonly yes` },
  );

const withoutReplica = (kind: 'sentinel' | 'cluster'): Finding =>
  finding(
    'store_without_replica',
    `SESSION_STORE is a ${kind}, and the server that has our sessions has no replica connected.`,
    'Give each server a replica, better two: then one may fail and none waits for the other.',
  );

function rightMissing(
  { words }: StoreTrouble,
  address: RedisAddress,
  { commands, keys }: MissingRights,
): Finding {
  const user = address.username ?? 'default';
  const lacking = [
    ...(commands.length === 0 ? [] : [`run ${commands.join(', ')}`]),
    ...(keys ? [`use keys that begin with ${REDIS_KEY_PATTERN.slice(0, -1)}`] : []),
  ].join(', nor ');
  const rights = (names: readonly string[]): string =>
    names.map((name) => `+${name.toLowerCase()}`).join(' ');
  const key = `~${REDIS_KEY_PATTERN}`;
  return finding(
    'store_right_missing',
    `The Redis user “${user}” of SESSION_STORE may not ${lacking || `do all that is needed (${words})`}.`,
    `Allow it, as a user who may (--user NAME --askpass); at a managed Redis where its users are kept. All that is needed: ${key} ${rights(commandsNeeded(address))}`,
    {
      command: `${redisCli(address)} ACL SETUSER ${shellWord(user)} ${[...(keys ? [shellWord(key)] : []), rights(commands)].join(' ').trim()}`,
    },
  );
}

const passwordRefused = ({ words }: StoreTrouble): Finding =>
  finding(
    'store_password_wrong',
    `Redis refuses the user name and password of SESSION_STORE: ${words}.`,
    'Write them as redis://user:password@host:6379, with % and @ of the password as %25 and %40. Without a name it is the user “default”.',
  );

const certificateRefused = ({ words }: StoreTrouble): Finding =>
  finding(
    'store_unreachable',
    `The certificate of Redis is not believed: ${words}.`,
    'Name in SESSION_STORE the host that the certificate is for. Where a private authority has signed it, NODE_EXTRA_CA_CERTS names the file with that authority.',
  );

const databaseRefused = (database: number): Finding =>
  finding(
    'store_database_unknown',
    `SESSION_STORE names the database ${database}, which this Redis does not have.`,
    'Take the number out of SESSION_STORE; many managed ones have the database 0 only.',
  );

const isCluster: Finding = finding(
  'store_is_cluster',
  'SESSION_STORE names a single Redis, and a cluster answers.',
  'Write redis+cluster:// (with TLS rediss+cluster://) in place of redis://.',
);

function tlsSlip({ isTls }: RedisAddress): Finding {
  const [said, meant] = isTls ? ['rediss', 'redis'] : ['redis', 'rediss'];
  return finding(
    'store_tls_slip',
    `SESSION_STORE begins with ${said}, and the server answers ${isTls ? 'only without' : 'with'} TLS.`,
    `Begin it with ${meant} in place of ${said}.`,
  );
}
