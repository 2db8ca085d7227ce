// A picture of a screen, light and dark, and nothing for axe to find on it. With LATCHKEY_SCREENSHOTS=1
// (./dev test pictures) the pictures go to docs/images, else to the test results.

import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, type Page, type TestInfo } from "@playwright/test";
import { accessible } from "./axe";

const IMAGES = resolve(import.meta.dirname, "../../docs/images");

// Waits, in the page, until a change of theme is drawn: colours measured on the way there are of neither theme.
async function settled(theme: string) {
  const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
  while (!matchMedia(`(prefers-color-scheme: ${theme})`).matches) await frame();
  await frame();
  await frame();
  // Brought to their end rather than waited for: one that stands still, as what a dialog covers may, never ends by itself.
  const finite = document.getAnimations().filter((it) => it.effect?.getComputedTiming().endTime !== Infinity);
  for (const it of finite) it.finish();
  await frame();
  await frame();
  // Letters first: a picture without them is of nothing.
  await document.fonts.ready;
}

/** How high a window must be to show all there is, also of what scrolls by itself. */
function heightOfAll(): number {
  const scrolling = [...document.querySelectorAll("aside, [role=dialog] .body")];
  const hidden = scrolling.map((part) => part.scrollHeight - part.clientHeight);
  return Math.max(document.documentElement.scrollHeight, window.innerHeight + Math.max(0, ...hidden));
}

/** Takes the picture; `whole` shows also what the window cuts off. */
export async function picture(page: Page, info: TestInfo, name: string, options: { whole?: boolean } = {}) {
  const folder = process.env.LATCHKEY_SCREENSHOTS === "1" ? IMAGES : info.outputDir;
  await mkdir(folder, { recursive: true });
  const window = page.viewportSize();
  if (options.whole && window) {
    await page.setViewportSize({ width: window.width, height: await page.evaluate(heightOfAll) });
  }
  await page.mouse.move(0, 0);
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await shows(page);
    await page.evaluate(settled, theme);
    await accessible(page, `${name}, ${theme}`);
    const path = `${folder}/${name}-${info.project.name}-${theme}.png`;
    await page.screenshot({ path, animations: "disabled", caret: "hide" });
  }
  if (options.whole && window) await page.setViewportSize(window);
}

/** Waits until nothing is on its way any more: neither a list nor the outlines of a map. */
export async function shows(page: Page) {
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await expect(page.locator(".room")).toHaveCount(0);
}
