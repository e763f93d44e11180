import { describe, expect, inject, it } from 'vitest';
import { repositoryFile } from '../documents/documents.js';
import { drawFlow, themes } from '../pictures/draw-flow.js';
import { recordFlow } from '../pictures/record-flow.js';
import { useStage, withPasswordChosen } from './support/stage.js';

describe.skipIf(inject('chromium') === undefined)('the picture of the flow', () => {
  const stage = useStage({ seed: withPasswordChosen });

  it('shows what a browser and three servers do today (npm run pictures draws it anew)', async () => {
    const flow = await recordFlow(stage.world, await stage.visitor());
    expect(flow.signIn.length + flow.signOut.length).toBeGreaterThan(15);
    for (const theme of ['light', 'dark'] as const) {
      const picture = repositoryFile(`docs/pictures/flow-${theme}.svg`);
      expect(picture).toBe(drawFlow(flow, themes[theme]));
    }
  });
});
