/**
 * One thing wrong with the configuration: which option, what is wrong, what to do. Never the value
 * of a secret.
 */
export interface Problem {
  readonly option: string;
  readonly problem: string;
  readonly fix: string;
}

/**
 * The configuration cannot be used; `problems` has all that is wrong with it, not only the first.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(
      problems.map(({ option, problem, fix }) => `${option} ${problem}; ${fix}`).join('\n'),
      options,
    );
    this.problems = problems;
  }
}
