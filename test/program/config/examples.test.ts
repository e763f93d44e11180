import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readSettings } from '../../../src/program/config/from-environment.js';
import { options } from '../../../src/program/config/options/settings.js';
import { federatedPoolsSeed } from '../../../src/pools/seed/federated-pools.js';
import { repositoryFile } from '../../documents/documents.js';

describe('.env.example', () => {
  const lines = [...repositoryFile('.env.example').matchAll(/^(#?)([A-Z_]+)=(.*)$/gm)].map(
    ([, comment, name, value]) => ({ name, value, isCommentedOut: comment === '#' }),
  );

  it('shows every setting: those with a default commented out, those without to be filled in', () => {
    const expected = Object.values(options).map((option) => ({
      name: option.name,
      value: option.default ?? '',
      isCommentedOut: option.default !== undefined,
    }));
    expect(lines).toEqual(expected);
  });

  it('has defaults that are accepted', () => {
    const shown = Object.fromEntries(
      lines.filter((line) => line.isCommentedOut).map(({ name, value }) => [name, value]),
    );
    const result = readSettings(shown);
    const complaints = 'problems' in result ? result.problems : [];
    expect(complaints.map(({ problem }) => problem)).toEqual(Array(5).fill('is missing'));
  });
});

interface Service {
  command: string[];
  environment?: Record<string, string>;
  network_mode?: string;
  ports?: string[];
  healthcheck: { test: string[] };
}

describe('docker-compose.yml', () => {
  const { services }: { services: Record<'pools' | 'redis' | 'app', Service> } = parse(
    repositoryFile('docker-compose.yml'),
  );
  const environment = services.app.environment ?? {};
  const result = readSettings(environment);
  const settings = 'settings' in result ? result.settings : undefined;
  const baseUrl = environment['BASE_URL'] ?? '';
  const [master, upstream] = federatedPoolsSeed({ baseUrl }).pools;

  it('configures the site with settings that are all known and accepted', () => {
    expect(result).toMatchObject({ settings: expect.any(Object), warnings: [] });
    const known = Object.values(options).map(({ name }) => name);
    expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('names the app clients of the pools it starts', () => {
    const [site, machine] = master!.clients!;
    expect(settings).toMatchObject({
      issuer: `http://127.0.0.1:4000/${master!.id}`,
      clientId: site!.id,
      clientSecrets: [site!.secret],
      apiClientIds: [machine!.id],
      identityProviders: [
        {
          name: upstream!.name,
          signOut: {
            domain: `http://127.0.0.1:4000/${upstream!.name}`,
            clientId: upstream!.clients![0]!.id,
          },
        },
      ],
    });
    expect(services.pools.command.join(' ')).toBe(
      'pools --host 0.0.0.0 --port 4000 --public-url http://127.0.0.1:4000',
    );
  });

  it('lets site and browser reach the pools under one name', () => {
    expect(services.app.network_mode).toBe('service:pools');
    expect(services.pools.ports).toEqual(['127.0.0.1:3000:3000', '127.0.0.1:4000:4000']);
    expect(settings).toMatchObject({
      host: '0.0.0.0',
      port: 3000,
      sessionStore: 'redis://redis:6379',
    });
  });

  it('has health checks that are valid programs', () => {
    for (const { healthcheck } of [services.pools, services.app]) {
      const [, program, flag, source] = healthcheck.test;
      expect([program, flag]).toEqual(['node', '--eval']);
      expect(() => new Script(source!)).not.toThrow();
    }
  });
});
