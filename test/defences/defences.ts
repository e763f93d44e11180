/** A line that lets somebody in, keeps somebody out or loses something, and the test that would tell if it were gone. */
export interface Defence {
  /** What it belongs to. */
  readonly section:
    'API' | 'guards' | 'sessions' | 'refresh' | 'sign-out' | 'tokens' | 'web' | 'operations';
  /** What holds while the line is there. */
  readonly defence: string;
  readonly file: string;
  /** Text that stands once in the file. */
  readonly find: string;
  /** What takes its place: the defence is gone, and the code still runs. */
  readonly replace: string;
  readonly tests: string;
  /** A part of the name of the test that goes red. */
  readonly name: string;
}

export const defences: readonly Defence[] = [];
