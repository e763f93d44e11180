import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { commandFile, emptyFolder, endCommands, lifeguard } from './command.js';
import { freePort } from '../support/free-port.js';

afterAll(endCommands);

const settings = {
  BASE_URL: 'http://localhost:3000',
  ISSUER: 'http://127.0.0.1:9/eu-west-1_Nowhere01',
  CLIENT_ID: 'site',
  CLIENT_SECRET: 'hunter2',
  SESSION_SECRET: 'a secret for tests only - more than 32 bytes',
};
const lines = Object.entries(settings).map((pair) => pair.join('='));
const text = lines.join('\n');

const folderWith = (content: string | Buffer, name = '.env'): string => {
  const folder = emptyFolder();
  writeFileSync(join(folder, name), content);
  return folder;
};
const bigEndian = (written: string): Buffer => Buffer.from(written, 'utf16le').swap16();

describe('a file .env', () => {
  it.each<[string, string | Buffer]>([
    ['with CRLF', lines.join('\r\n')],
    ['with lone CR', lines.join('\r')],
    ['with a byte order mark', `\ufeff${text}`],
    ['in UTF-16, as PowerShell writes it', Buffer.from(`\ufeff${lines.join('\r\n')}`, 'utf16le')],
    ['in UTF-16 with the other byte first', bigEndian(`\ufeff${text}`)],
    [
      'with "export" and quotes',
      lines.map((line) => `export ${line.replace('=', '="')}"`).join('\n'),
    ],
    [
      'with a comment in another encoding',
      Buffer.concat([Buffer.from('# caf\xe9\n', 'latin1'), Buffer.from(text)]),
    ],
  ])('%s is read', async (_, content) => {
    const command = lifeguard('end-sessions nobody', {}, folderWith(content));
    expect(await command.exit(), command.output()).toBe(0);
    expect(command.output()).toMatch(/^0 sessions ended/);
  });

  it.each<[string, string, string | Buffer, string]>([
    [
      'with a no-break space',
      'serve',
      text.replace('BASE_URL', 'BASE_URL\u00a0'),
      '.env line 1 has an invisible character in its name (U+00A0); type the name anew',
    ],
    [
      'written as YAML',
      'doctor',
      text.replace('ISSUER=', 'ISSUER: '),
      '.env line 2 has ":" where "=" belongs; write NAME=value',
    ],
    [
      'in UTF-16 without its mark',
      'end-sessions alice',
      Buffer.from(text, 'utf16le'),
      '.env line 1 has a NUL byte in it, which is no text; save the file as UTF-8',
    ],
    ['with a NUL byte', 'serve', `${text}\nA=\0`, '.env line 6 has a NUL byte in it'],
    [
      'in another encoding',
      'setup --dry-run',
      Buffer.from(`${text}\nA=caf\xe9`, 'latin1'),
      '.env line 6 (A) has a letter that is not UTF-8',
    ],
  ])('%s is refused by %s, with the line and the reason', async (_, line, content, message) => {
    const command = lifeguard(line, {}, folderWith(content));
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain(`  ${message}`);
    expect(command.output()).not.toMatch(/hunter2|did you mean|\n\s+at /);
  });

  it('that is a folder is refused, with what makes one', async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, '.env'));
    const command = lifeguard('serve', {}, folder);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain('.env is a folder (Docker makes one');
  });

  it.each(['serve', 'setup --yes'])('that is a link to nothing is refused by %s', async (line) => {
    const folder = emptyFolder();
    symlinkSync('elsewhere/site.env', join(folder, '.env'));
    const command = lifeguard(line, settings, folder);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain('.env is a link to elsewhere/site.env, which is not there');
  });

  it.skipIf(process.getuid?.() !== 0)(
    'that may not be read is refused, with the remedy',
    async () => {
      const folder = folderWith(text);
      chmodSync(folder, 0o755);
      chmodSync(join(folder, '.env'), 0o600);
      const nobody = 65_534;
      const child = spawn(process.execPath, [commandFile, 'serve'], {
        cwd: folder,
        uid: nobody,
        env: {},
      });
      let errors = '';
      child.stderr.setEncoding('utf8').on('data', (words: string) => (errors += words));
      expect(await once(child, 'close')).toEqual([1, null]);
      expect(errors).toContain(
        '.env may not be read by this user (EACCES); give the file to the user',
      );
    },
  );

  it('that sets a name twice is read, and both lines are named', async () => {
    const command = lifeguard('end-sessions nobody', {}, folderWith(`CLIENT_ID=old\n${text}`));
    expect(await command.exit()).toBe(0);
    expect(command.errors()).toBe('.env sets CLIENT_ID more than once: line 4 counts, not 1.\n');
  });
});

it.each(['serve', 'doctor', 'end-sessions alice'])(
  'without a .env and without settings %s says where to begin, and nothing else',
  async (line) => {
    const folder = emptyFolder();
    const command = lifeguard(
      line,
      { PORT: '3000', HTTPS_PROXY: 'http://proxy.example:1' },
      folder,
    );
    expect(await command.exit()).toBe(1);
    expect(command.output().split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^There is no .env in \\S*${basename(folder)}, and `)),
      'Run "lifeguard setup" to make user pools and a .env, or "lifeguard demo" to look round.',
      '',
    ]);
  },
);

describe('--settings-file', () => {
  it('names another file, for every command that has settings', async () => {
    const port = await freePort();
    const folder = folderWith(`${text}\nPORT=${port}\nSESSION_STORE=memory:`, 'site.env');
    const serve = lifeguard('serve --settings-file site.env', {}, folder);
    await serve.says('"listening"');
    expect(serve.output()).toContain(`:${port}`);
    serve.process.kill('SIGINT');
    await serve.exit();
    const end = lifeguard('end-sessions alice --settings-file site.env', {}, folder);
    expect(await end.exit()).toBe(1);
    expect(end.errors()).toContain('SESSION_STORE is memory:');
    const doctor = lifeguard('doctor --json --settings-file site.env', {}, folder);
    expect(await doctor.exit()).not.toBe(0);
    expect(doctor.output()).toContain('"detail": "memory:"');
  });

  it.each(['serve', 'doctor', 'end-sessions alice'])('that is not there stops %s', async (line) => {
    const command = lifeguard(`${line} --settings-file absent.env`, settings);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toMatch(
      /^There is no file \/\S+absent\.env: check --settings-file\.\n$/,
    );
  });

  it.each(['serve', 'doctor', 'setup', 'end-sessions alice'])(
    'is what %s names where --env-file is written',
    async (line) => {
      const command = lifeguard(`${line} --env-file .env`, {}, folderWith(text));
      expect(await command.exit()).toBe(1);
      expect(command.errors()).toBe(
        'Node takes --env-file for itself: write --settings-file instead.\n',
      );
    },
  );
});
