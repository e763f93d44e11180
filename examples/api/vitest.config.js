import { defineConfig } from 'vitest/config';

// Without a configuration of its own, Vitest would take that of the folder above.
export default defineConfig({});
