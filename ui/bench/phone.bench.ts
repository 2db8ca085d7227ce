// The first visit of the browser app on a slow phone: what the home really sends until the sign-in screen's button can be
// used, and how long that takes. Nothing is kept from before. What the household's phones are told is benches/phone.rs.

import { gzipSync } from "node:zlib";
import type { Browser, CDPSession } from "@playwright/test";
import { expect, Home, LOGIN, PASSWORD, test } from "../tests/home";
import { figure, quantile } from "./figure";

const ROUNDS = 10;

/** Most that is sent until the button can be used, in kilobytes (1,000 bytes), compressed. */
const MOST_KB = 150;

/** Longest time from asking for the page until its button can be used, in milliseconds, on a processor four times as slow. */
const LONGEST_MS = 1_000;
const SLOWER = 4;

/** Longest wait for anything, after which the bench gives up. */
const PATIENCE_MS = 60_000;

/** The name under which the page marks when its button can be used. */
const USABLE = "bench:usable";

/** What one visit took. */
interface Visit {
  /** Milliseconds until the button could be used. */
  usable: number;
  files: number;
  /** How many of them came with a Content-Encoding. */
  compressed: number;
  /** Everything that was sent for them, their headers too. */
  sentKb: number;
  /** What their bodies would be, had gzip compressed each. */
  gzipKb: number;
}

/** A file on its way, in the protocol's own seconds. */
interface Load {
  url: string;
  asked: number;
  encoding: string;
  /** Bytes that came over the line, headers and all; unknown until it is there. */
  sent?: number;
  failed?: string;
}

test("phone", async ({ browser }) => {
  const home = await Home.start();
  try {
    await home.setUp();
    const visits: Visit[] = [];
    for (let round = 0; round < ROUNDS; round += 1) visits.push(await visit(browser, home));
    const all = (of: (visit: Visit) => number) => visits.map(of);
    const [first] = visits;
    if (!first) throw new Error("nobody visited");

    console.log(
      `phone: the first visit in Chromium, ${ROUNDS} times with nothing kept, processor ${SLOWER} times as slow`,
    );
    figure(
      "sent until the sign-in button can be used, worst",
      quantile(
        all(({ sentKb }) => sentKb),
        1,
      ),
      MOST_KB,
      "kB",
    );
    figure(
      "  the median",
      quantile(
        all(({ sentKb }) => sentKb),
        0.5,
      ),
      MOST_KB,
      "kB",
    );
    console.log(`  ${first.files} files, ${first.compressed} of them compressed by the home`);
    figure(
      "  had gzip compressed every one",
      quantile(
        all(({ gzipKb }) => gzipKb),
        1,
      ),
      undefined,
      "kB",
    );
    figure(
      "asking for the page to a button that can be used, worst",
      quantile(
        all(({ usable }) => usable),
        1,
      ),
      LONGEST_MS,
    );
    figure(
      "  the median",
      quantile(
        all(({ usable }) => usable),
        0.5,
      ),
      LONGEST_MS,
    );
    figure("  the first", first.usable);
  } finally {
    await home.stop();
  }
});

async function visit(browser: Browser, home: Home): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.addInitScript(markWhenUsable, USABLE);
    const devtools = await context.newCDPSession(page);
    const loads = await watch(devtools);
    await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });

    await page.goto(`${home.url}/`, { waitUntil: "commit", timeout: PATIENCE_MS });
    await page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, USABLE);
    const { usable, origin } = await page.evaluate((name) => {
      const usable = performance.getEntriesByName(name)[0]?.startTime ?? Number.NaN;
      return { usable, origin: performance.timeOrigin };
    }, USABLE);

    // Whatever was asked for until then counts whole.
    const until = loads.secondsOf(origin + usable);
    const before = () => [...loads.all].filter(([, { asked }]) => asked <= until);
    await expect
      .poll(() => before().filter(([, load]) => load.sent === undefined).length, { timeout: PATIENCE_MS })
      .toBe(0);
    let gzip = 0;
    for (const [requestId, { url, failed }] of before()) {
      if (failed) throw new Error(`${url} did not load: ${failed}`);
      const answer = await devtools.send("Network.getResponseBody", { requestId }).catch(() => null);
      if (!answer) throw new Error(`Chromium has loaded ${url} and does not say what is in it`);
      gzip += gzipSync(Buffer.from(answer.body, answer.base64Encoded ? "base64" : "utf8"), { level: 6 }).length;
    }
    const counted = before().map(([, load]) => load);
    expect(counted.length).toBeGreaterThan(3);

    // It can be used indeed.
    await page.getByLabel("Login name").fill(LOGIN);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { name: "Who’s using it?" }).waitFor();
    return {
      usable,
      files: counted.length,
      compressed: counted.filter(({ encoding }) => encoding !== "").length,
      sentKb: counted.reduce((sum, { sent }) => sum + (sent ?? 0), 0) / 1_000,
      gzipKb: gzip / 1_000,
    };
  } finally {
    await context.close();
  }
}

/** Hears of every file that a page loads. */
async function watch(devtools: CDPSession) {
  const all = new Map<string, Load>();
  let ahead = Number.NaN;
  devtools.on("Network.requestWillBeSent", ({ requestId, request, timestamp, wallTime }) => {
    // The page counts from 1970 and the protocol from some moment of its own.
    ahead = wallTime - timestamp;
    // What a file carries in itself is not sent once more.
    if (request.url.startsWith("data:")) return;
    all.set(requestId, { url: request.url, asked: timestamp, encoding: "" });
  });
  devtools.on("Network.responseReceived", ({ requestId, response }) => {
    const load = all.get(requestId);
    const named = Object.entries(response.headers).find(([name]) => name.toLowerCase() === "content-encoding");
    if (load) load.encoding = named?.[1] ?? "";
  });
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const load = all.get(requestId);
    if (load) load.sent = encodedDataLength;
  });
  devtools.on("Network.loadingFailed", ({ requestId, errorText }) => {
    const load = all.get(requestId);
    if (load) [load.sent, load.failed] = [0, errorText];
  });
  await devtools.send("Network.enable");
  return { all, secondsOf: (milliseconds: number) => milliseconds / 1_000 - ahead };
}

/** Runs in the page before anything of its own, and so uses nothing from outside. */
function markWhenUsable(name: string) {
  const isUsable = () => {
    const button = document.querySelector<HTMLButtonElement>("form button.primary:not(:disabled)");
    const box = button?.getBoundingClientRect();
    return document.querySelector("input[name=password]") !== null && box !== undefined && box.height > 0;
  };
  const observer = new MutationObserver(() => {
    if (!isUsable()) return;
    observer.disconnect();
    // The next frame paints it, and the one after that begins when it is painted and nothing holds the page up.
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark(name)));
  });
  observer.observe(document, { subtree: true, childList: true, attributes: true });
}
