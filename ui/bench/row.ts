// When a device's row is painted on an open screen, told by the page itself.

import type { Page } from "@playwright/test";

/** Whether it is painted among the devices that are signed in, or is painted there no more. */
export type Change = "appears" | "leaves";

/** A change that is waited for. */
export interface Watch {
  /** Milliseconds since 1970 at which it was painted, by the page's clock. */
  painted(): Promise<number>;
}

/** Waits for the row of the device of that name to change. The page is watching when this is through. */
export async function watchRow(page: Page, name: string, change: Change): Promise<Watch> {
  const watching = await page.evaluateHandle(watchInPage, { name, change });
  return {
    async painted() {
      const at = await watching.evaluate(({ painted }) => painted);
      await watching.dispose();
      return at;
    },
  };
}

/** Runs in the page, and so uses nothing from outside. */
function watchInPage({ name, change }: { name: string; change: Change }): { painted: Promise<number> } {
  const row = (former: boolean) =>
    [...document.querySelectorAll<HTMLElement>("[data-list] [data-row]")].find(
      (link) => link.textContent?.endsWith(`: ${name}`) && (link.closest("details") !== null) === former,
    );
  const happened = () => (change === "appears" ? row(false) !== undefined : !row(false) && row(true) !== undefined);
  const check = () => {
    const box = row(false)?.getBoundingClientRect();
    const seen = box !== undefined && box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
    if (seen !== (change === "appears")) throw new Error(`${name} is ${seen ? "" : "not "}to be seen`);
    return performance.timeOrigin + performance.now();
  };

  // What is there already was not waited for.
  if (happened() || (change === "leaves" && !row(false))) throw new Error(`${name} has changed before it was watched`);
  const painted = new Promise<number>((resolve, reject) => {
    const observer = new MutationObserver(() => {
      if (!happened()) return;
      observer.disconnect();
      // The next frame paints it, and the one after that begins when it is painted.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          try {
            resolve(check());
          } catch (thrown) {
            reject(thrown);
          }
        }),
      );
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  return { painted };
}

/** This process's clock, in milliseconds since 1970. */
export const now = () => performance.timeOrigin + performance.now();

/**
 * Makes sure that the page's clock and this process's are one: both count from the computer's, which may have been set
 * in between. Times of the two are compared, so a difference would go into every figure.
 */
export async function clocksAgree(page: Page) {
  let best = { width: Number.POSITIVE_INFINITY, difference: 0 };
  for (let exchange = 0; exchange < 30; exchange += 1) {
    const before = now();
    const there = await page.evaluate(() => performance.timeOrigin + performance.now());
    const after = now();
    if (after - before < best.width) best = { width: after - before, difference: there - (before + after) / 2 };
  }
  const most = best.width / 2 + 1;
  if (Math.abs(best.difference) > most) {
    throw new Error(
      `the page's clock differs by ${best.difference.toFixed(1)} ms, and ${most.toFixed(1)} can be explained`,
    );
  }
}
