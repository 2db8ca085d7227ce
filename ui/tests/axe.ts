// What a machine can tell of whether everybody can use a page: nothing for axe to find, of any level, and nothing that runs over the edge.

import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** Nothing for axe to find on the page as it is. */
export async function accessible(page: Page, where: string) {
  // In the page itself: axe would open another one beside it, and a page behind another draws no frames.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const found = violations.map(
    ({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map((node) => node.target.join(" ")).join(", ")}`,
  );
  expect.soft(found, `axe on ${where}`).toEqual([]);
}

/** Nothing runs over the edge of the window: no page that scrolls sideways, and nothing outside that cannot be scrolled to. */
export async function withinWindow(page: Page, where: string) {
  // A phone shows a page that is too wide from further away: what the window measures says nothing then.
  const width = page.viewportSize()?.width ?? 0;
  expect.soft(await page.evaluate(runningOver, width), `over the edge on ${where}`).toEqual([]);
}

/** In the page: what runs over the edge, in a few words each. */
function runningOver(width: number): string[] {
  const { scrollWidth } = document.documentElement;
  const found = scrollWidth > width ? [`the page is ${scrollWidth} wide`] : [];
  const isCut = (element: Element | null): boolean =>
    element !== null &&
    element !== document.body &&
    (getComputedStyle(element).overflowX !== "visible" || isCut(element.parentElement));
  for (const element of document.querySelectorAll("body *")) {
    const { left, right, width: wide, height } = element.getBoundingClientRect();
    if (wide < 2 || height < 2 || (left >= -1 && right <= width + 1)) continue;
    if (element.closest("svg, .map, .visually-hidden, .skip") || isCut(element.parentElement)) continue;
    // What is at the edge of the window is as wide as the page, whoever made it so.
    if (getComputedStyle(element).position === "fixed" || element.closest("nav ul")) continue;
    found.push(`${element.tagName} ${element.className} ${(element.textContent ?? "").trim().slice(0, 40)}`);
  }
  return found.slice(0, 8);
}

/** Sets how large letters are in the browser's own settings, for as long as the page is there: 1 is as usual. */
export async function setLetters(page: Page, size: number) {
  const browser = await page.context().newCDPSession(page);
  await browser.send("Page.setFontSizes", { fontSizes: { standard: 16 * size, fixed: 13 * size } });
  await page.reload();
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe(`${16 * size}px`);
}
