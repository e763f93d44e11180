#!/usr/bin/env node
import { isatty } from 'node:tty';

// Before anything is loaded that an older one cannot even read.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`lifeguard needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

// Signals that mean no stop come from a log rotation or a service manager at any moment, so they
// are heard before anything is loaded. At SIGUSR1 Node would open its debugger, of the other two
// the process would end; `serve` says later what it hears.
const hear = (): void => {};
process.on('SIGUSR1', hear);
if (process.argv[2] === 'serve') {
  process.on('SIGUSR2', hear);
  // From a terminal it means that this is closed.
  if (!isatty(0)) process.on('SIGHUP', hear);
}

await import('./program.js');
