/** Express 4, for what it looks like to us: the same names. */
declare module 'express4' {
  import type { Express } from 'express';

  const createApp: () => Express;
  export default createApp;
}
