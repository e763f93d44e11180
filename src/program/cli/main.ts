#!/usr/bin/env node
import { isatty } from 'node:tty';

// Signals that mean no stop come from a log rotation or a service manager at any moment, so they are heard before anything is
// loaded. At SIGUSR1 Node would open its debugger, of the other two the process would end; `serve` says later what it hears.
const hear = (): void => {};
process.on('SIGUSR1', hear);
if (process.argv[2] === 'serve') {
  process.on('SIGUSR2', hear);
  // From a terminal it means that this is closed.
  if (!isatty(0)) process.on('SIGHUP', hear);
}

await import('./program.js');
