import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { commandFile, emptyFolder, endCommands, lifeguard } from './command.js';
import { freePort } from '../../support/free-port.js';

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

describe('a file .env written for another program', () => {
  it.each([
    ['cmd.exe', 'set ', 'begins with "set", as for cmd.exe; write NAME=value'],
    ['PowerShell', '$env:', 'begins with "$env:", as for PowerShell; write NAME=value'],
  ])('as %s wants it is refused once, with all of its lines', async (_, before, reason) => {
    const command = lifeguard('doctor', {}, folderWith(before + lines.join(`\n\n${before}`)));
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain('one thing is wrong');
    expect(command.errors()).toContain(`\n  .env line 1 (and 3, 5, 7, 9) ${reason}\n`);
  });

  it('that is no text of lines is refused without a list of them all', async () => {
    const command = lifeguard('doctor', {}, folderWith('-----BEGIN KEY-----\n'.repeat(5000)));
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain(
      '.env line 1 (and 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 4989 more) ',
    );
  });

  it.each(['"$HOME"', 'x${HOME:-y}', '"a\\$b"'])(
    'that has a variable in its value is refused: %s',
    async (value) => {
      const command = lifeguard('serve', {}, folderWith(`${text}\nSCOPE=${value}\n`));
      expect(await command.exit()).toBe(1);
      expect(command.errors()).toContain(
        '.env line 6 (SCOPE) has $ in its value, where Docker Compose and a shell put a variable; put the value in single quotes if that is meant, else write what it stands for\n',
      );
    },
  );
});

describe('what is no file of settings', () => {
  it.each([
    ['/dev/zero', 'serve'],
    ['/dev/full', 'serve'],
    ['/dev/urandom', 'serve'],
    ['/dev/zero', 'doctor --json'],
    ['/dev/zero', 'setup --yes'],
    ['/dev/zero', 'end-sessions alice'],
  ])('as a link to %s is refused by %s at once', async (device, line) => {
    const folder = emptyFolder();
    symlinkSync(device, join(folder, '.env'));
    const command = lifeguard(line, settings, folder);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain('.env is a device or a socket, and no file; name a file');
  });

  it('as one of more than a megabyte is refused', async () => {
    const folder = folderWith(`${text}\n${'# more\n'.repeat(150_000)}`);
    const command = lifeguard('serve', {}, folder);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain(
      '.env has more than 1 MB in it; see that it is the right file',
    );
  });

  it.each(['SESSION_SECRET', 'CLIENT_KEY'])('is refused as the file of %s too', async (name) => {
    const command = lifeguard('serve', { ...settings, [name]: '', [`${name}_FILE`]: '/dev/zero' });
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain(
      `${name} is to be read from /dev/zero, the file of ${name}_FILE, which is a device or a socket, and no file; name a file`,
    );
  });

  it('as a pipe is refused for several processes, of which the first alone could read it', async () => {
    const folder = folderWith(text, '.env');
    const { code, output } = await inShell(
      'export SESSION_STORE=file:data WORKERS=2 CLIENT_SECRET=; CLIENT_SECRET_FILE=<(echo a-secret) $lifeguard serve',
      folder,
    );
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(
        /CLIENT_SECRET_FILE names \/dev\/fd\/\d+, a pipe, and WORKERS is 2: only the first process could read it; name a file, or set WORKERS to 1/,
      ),
    ]);
    expect(output).not.toContain('a-secret');
  });

  it('as a pipe that nobody writes to is refused after a while', async () => {
    const { code, output } = await inShell('mkfifo .env && $lifeguard serve', emptyFolder());
    expect([code, output]).toEqual([
      1,
      expect.stringContaining('.env is a pipe that nobody writes to; see that what writes'),
    ]);
  });

  it('is no place for what setup writes', async () => {
    const folder = folderWith(text, 'site.env');
    const { code, output } = await inShell(
      '$lifeguard setup --yes --settings-file <(cat site.env)',
      folder,
    );
    expect([code, output]).toEqual([
      1,
      expect.stringContaining('is a pipe or a device, and is to be written to'),
    ]);
  });

  it.each([
    'cat site.env | $lifeguard end-sessions nobody --settings-file /dev/stdin',
    '$lifeguard end-sessions nobody --settings-file <(sleep 0.3; head -n 2 site.env; sleep 0.3; tail -n 3 site.env)',
    'mkfifo pipe; (sleep 1; cat site.env > pipe) & $lifeguard end-sessions nobody --settings-file pipe',
    'set -a; . ./site.env; $lifeguard end-sessions nobody --settings-file /dev/null',
  ])('may be a pipe for what only reads: %s', async (line) => {
    const folder = folderWith(
      lines.map((each) => each.replace('=', "='") + "'\n").join(''),
      'site.env',
    );
    const { code, output } = await inShell(line, folder);
    expect([code, output]).toEqual([0, expect.stringMatching(/^0 sessions ended/)]);
  });
});

/** @param line of bash, in which `$lifeguard` is the command */
async function inShell(line: string, folder: string): Promise<{ code: unknown; output: string }> {
  const child = spawn('bash', ['-c', line], {
    cwd: folder,
    env: { PATH: process.env['PATH'], lifeguard: `${process.execPath} ${commandFile}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (words: string) => (output += words));
  }
  const [code]: unknown[] = await once(child, 'close');
  return { code, output };
}

it.each([
  ['serve', '', '.env'],
  ['doctor', '\n# PORT=3000\r\n', '.env'],
  ['end-sessions alice --settings-file site.env', '# nothing yet', 'site.env'],
])(
  'with a file that has nothing in it %s says where to begin, and nothing else',
  async (line, content, name) => {
    const command = lifeguard(line, { PORT: '3000' }, folderWith(content, name));
    expect(await command.exit()).toBe(1);
    expect(command.output().split('\n')).toEqual([
      expect.stringMatching(
        /^There are no settings in \/\S*\.env, and the environment has none either\.$/,
      ),
      'Run "lifeguard setup" to make user pools and a .env, or "lifeguard demo" to look round.',
      '',
    ]);
  },
);

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
