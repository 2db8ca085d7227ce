// The first load of the browser app: how much it fetches, compressed, before the list of devices is painted, and how long
// that takes on a slow phone.

import { gzipSync } from "node:zlib";
import { choose, expect, Home, signIn, test } from "../tests/home";
import { figure } from "./figure";

/** Most that is loaded before the list is painted, in kilobytes (1,000 bytes) as gzip makes them. */
const MOST_KB = 150;

/** Longest time from asking for the page to the painted list, in milliseconds, on a processor four times as slow. */
const LONGEST_MS = 1_000;
const SLOWER = 4;

test("first load", async ({ page }) => {
  const home = await Home.start();
  try {
    const first = await home.setUp();
    await choose(first.request, "Ana");
    await signIn(page, home);

    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Network.enable");
    await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
    await page.goto("about:blank");
    const loaded: { url: string; at: number; kb: Promise<number> }[] = [];
    page.on("response", (answer) => {
      const kb = answer.body().then(
        (body) => gzipSync(body, { level: 6 }).length / 1_000,
        () => 0,
      );
      loaded.push({ url: new URL(answer.url()).pathname, at: answer.request().timing().startTime, kb });
    });
    await page.goto(`${home.url}/#/devices`);
    await page.waitForFunction(() => performance.getEntriesByName("latchkey:painted").length > 0);
    const { painted, origin } = await page.evaluate(() => ({
      painted: performance.getEntriesByName("latchkey:painted")[0]?.startTime ?? Number.NaN,
      origin: performance.timeOrigin,
    }));
    const before = loaded.filter(({ at, url }) => at <= origin + painted && !url.startsWith("/api/v1/events"));
    let sum = 0;
    for (const { kb } of before) sum += await kb;
    expect(before.length).toBeGreaterThan(3);

    console.log(`first load: ${before.length} files before the list of devices is painted, compressed by gzip`);
    figure("loaded before the list is painted", sum, MOST_KB, "kB");
    figure(`from asking for the page to the painted list, processor ${SLOWER} times as slow`, painted, LONGEST_MS);
    expect(sum).toBeLessThan(MOST_KB);
  } finally {
    await home.stop();
  }
});
