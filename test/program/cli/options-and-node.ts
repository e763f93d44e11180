import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandFile, emptyFolder } from './command.js';

/** Every option of every command, as their own help has them. */
export function everyOption(): readonly string[] {
  const commands = helpOf().matchAll(/^ {2}([a-z][a-z-]+) (?!\[command\])/gm);
  const options = [...commands].flatMap(([, command = '']) =>
    [...helpOf(command).matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option = '']) => option),
  );
  return [...new Set(options)];
}

const helpOf = (...command: string[]): string =>
  execFileSync(process.execPath, [commandFile, ...command, '--help'], { encoding: 'utf8' });

const folder = emptyFolder();
const program = join(folder, 'program.mjs');
writeFileSync(program, 'console.log(JSON.stringify(process.argv.slice(2)));');
writeFileSync(join(folder, 'there'), 'A=1\n');

/**
 * What does not come whole to a program of options behind its name, or makes Node say something:
 * with a file that is there, with one that is not, and by themselves.
 *
 * @param node the executable
 */
export function whatNodeTakes(node: string, options: readonly string[]): string[] {
  const lines = [
    options.flatMap((option) => [option, 'there']),
    options.flatMap((option) => [option, 'absent']),
    options.map((option) => `${option}=there`),
    options.map((option) => `${option}=absent`),
    options,
  ].map((words) => ['command', ...words]);
  return lines.flatMap((words) => {
    const { stdout, stderr } = spawnSync(node, [program, ...words], {
      cwd: folder,
      encoding: 'utf8',
    });
    return stdout === `${JSON.stringify(words)}\n` && stderr === ''
      ? []
      : [`${words.join(' ')}: ${stderr}`];
  });
}
