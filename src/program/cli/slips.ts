import { type Argument, type Command, InvalidArgumentError, type Option } from 'commander';

/**
 * Refuses an empty value of every option and argument of these commands. Nobody means one: it comes
 * of a shell variable that is not set, and what is done with it, as to read a file of no name,
 * would fail later and in other words. Nor does anybody mean a second value of an option that has
 * one: a script adds it to a line that has it already, and one of them would not count.
 *
 * @param many what reads an option that may be given more than once
 */
export function refuseSlips(commands: readonly Command[], many: unknown): void {
  for (const command of commands) {
    for (const argument of command.registeredArguments) refuse(argument, false);
    for (const option of command.options) {
      if (!option.isBoolean()) refuse(option, option.parseArg !== many);
    }
  }
}

function refuse(taker: Argument | Option, isOnce: boolean): void {
  const { parseArg } = taker;
  let isGiven = false;
  taker.argParser((text: string, before: unknown): unknown => {
    if (text.trim() === '') {
      throw new InvalidArgumentError(
        'It is empty, as of a shell variable that is not set: write what is meant, or leave it out.',
      );
    }
    if (isOnce && isGiven) {
      throw new InvalidArgumentError('It is given more than once: write it once.');
    }
    const value: unknown =
      parseArg === undefined ? text : parseArg.call(taker, text, before as never);
    isGiven = true;
    return value;
  });
}
