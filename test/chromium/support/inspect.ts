import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

const everything = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * What axe, a narrow screen or a reader would find wrong with the page as it is now; empty is good.
 *
 * @param scope `contrast` when only the colours have changed since everything was checked
 */
export async function faultsOf(page: Page, scope?: 'contrast'): Promise<string[]> {
  // Legacy mode looks at the page itself only, and needs no second one; ours have no frames.
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  if (scope === 'contrast') axe.withRules('color-contrast');
  else axe.withTags(everything);
  const { violations } = await axe.analyze();
  const faults = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  const { overflow, headings, title } = await page.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - window.innerWidth,
    headings: document.querySelectorAll('h1').length,
    title: document.title,
  }));
  if (overflow > 0) faults.push(`${overflow} px too wide`);
  if (headings !== 1) faults.push(`${headings} main headings`);
  if (title.trim() === '') faults.push('no title');
  return faults;
}

/** The focused element in a few words, and whether a person could see that it is the one. */
export async function focusOf(page: Page): Promise<{ name: string; isVisible: boolean }> {
  return page.evaluate(() => {
    const element = document.activeElement ?? document.body;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const { top, left, bottom, right } = element.getBoundingClientRect();
    const isMarked =
      (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
    const isOnScreen = top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
    const onTop = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return {
      name: element.outerHTML.slice(0, 120),
      isVisible: isMarked && isOnScreen && element.contains(onTop),
    };
  });
}
