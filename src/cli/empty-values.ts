import { type Argument, type Command, InvalidArgumentError, type Option } from 'commander';

/**
 * Refuses an empty value of every option and argument of these commands. Nobody means one: it comes of a shell variable that is not
 * set, and what is done with it, as to read a file of no name, would fail later and in other words.
 */
export function refuseEmptyValues(commands: readonly Command[]): void {
  for (const command of commands) {
    for (const argument of command.registeredArguments) refuseEmpty(argument);
    for (const option of command.options) if (!option.isBoolean()) refuseEmpty(option);
  }
}

function refuseEmpty(taker: Argument | Option): void {
  const { parseArg } = taker;
  taker.argParser((text: string, before: unknown): unknown => {
    if (text.trim() === '') {
      throw new InvalidArgumentError(
        'It is empty, as of a shell variable that is not set: write what is meant, or leave it out.',
      );
    }
    return parseArg === undefined ? text : parseArg.call(taker, text, before as never);
  });
}
