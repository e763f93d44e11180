import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryFile } from '../readme-tables.js';
import { findProgram } from './system-program.js';

/**
 * Finds nginx, or installs it where it can.
 * @returns its path, or `undefined` after one line saying what to install
 * @throws {Error} when it is missing and `CI` is `true`
 */
export function findNginx(): string | undefined {
  return findProgram({
    name: 'nginx',
    variable: 'NGINX_PATH',
    candidates: ['/usr/sbin/nginx', 'nginx'],
    aptPackage: 'nginx-light',
    brewArguments: ['nginx'],
  });
}

/** A folder with a certificate that signs itself. */
export interface Certificate {
  readonly folder: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** PEM: who trusts this trusts the proxy. */
  readonly certificate: string;
  /** PEM: its private key. */
  readonly key: string;
  remove(): void;
}

/** Makes one for this host that is good for a day. */
export function createCertificate(host = 'localhost'): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'lifeguard-nginx-'));
  const certificateFile = join(folder, 'certificate.pem');
  const keyFile = join(folder, 'key.pem');
  const request = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=${host} -addext subjectAltName=DNS:${host}`;
  const files = ['-keyout', keyFile, '-out', certificateFile];
  execFileSync('openssl', [...request.split(' '), ...files], { stdio: 'ignore' });
  return {
    folder,
    certificateFile,
    keyFile,
    certificate: readFileSync(certificateFile, 'utf8'),
    key: readFileSync(keyFile, 'utf8'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * The configuration for nginx in README that has this text in it.
 *
 * @throws {Error} when not exactly one has
 */
export function readmeNginx(containing: string): string {
  const blocks = [...repositoryFile('README.md').matchAll(/^```nginx\n(.*?)^```/gms)]
    .map(([, block = '']) => block)
    .filter((block) => block.includes(containing));
  if (blocks.length === 1) return blocks[0]!;
  throw new Error(`${blocks.length} configurations for nginx in README have "${containing}"`);
}

/** README's server behind TLS, as `https://localhost:PORT` with this certificate. */
export const readmeServer = (port: number | string, certificate: Certificate): string =>
  readmeNginx('listen 443 ssl')
    .replace('443', `127.0.0.1:${port}`)
    .replace('www.example.com;', 'localhost;')
    .replace('/etc/ssl/www.example.com.pem', certificate.certificateFile)
    .replace('/etc/ssl/www.example.com.key', certificate.keyFile);

/** nginx as a process of its own, with everything it writes in `folder`. */
export interface Nginx {
  stop(): Promise<void>;
}

/**
 * Starts nginx, and resolves when it listens.
 *
 * @param servers what stands in its `http` block
 * @throws {Error} with its own words when it does not start
 */
export async function startNginx(
  executable: string,
  folder: string,
  servers: string,
): Promise<Nginx> {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${join(folder, kind)};`,
  );
  const file = join(folder, 'nginx.conf');
  const lines = [
    'daemon off;',
    'master_process off;',
    `pid ${join(folder, 'nginx.pid')};`,
    'error_log stderr notice;',
    'events {}',
    `http { access_log off; ${places.join(' ')}\n${servers}\n}`,
  ];
  writeFileSync(file, lines.join('\n'));

  const child = spawn(executable, ['-e', 'stderr', '-p', folder, '-c', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'close');
  let errors = '';
  // With one process this is the last line before it waits for connections; the sockets are open by
  // then.
  while (!errors.includes('getrlimit(RLIMIT_NOFILE)')) {
    const [text]: unknown[] = await Promise.race([once(child.stderr, 'data'), ended]);
    if (!Buffer.isBuffer(text)) throw new Error(`nginx did not start:\n${errors}`);
    errors += text.toString();
  }
  child.stderr.resume();
  return {
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
