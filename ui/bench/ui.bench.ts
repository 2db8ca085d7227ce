// The interface with a thousand devices in a real Chromium: the first load, the list painted, and an event to the screen. Each
// beside its limit, and beside what the browser takes at least: the same without the interface, measured in the same run.

import type { BrowserContext, Page } from "@playwright/test";
import { choose, Home, open, signIn, test } from "../tests/home";
import { figure, quantile } from "./figure";
import { Household } from "./household";
import { clocksAgree, now, watchRow } from "./row";

const DEVICES = 1_000;
/** The size of the window that every page of the bench has. */
const WINDOW = { width: 1280, height: 800 };

const VISITS = 12;
const EVENTS = 60;

/** Rounds before, that are not counted. */
const WARMING = 3;

/** Longest time until the list of all of them is painted, in milliseconds, with nothing kept from before. */
const LONGEST_FIRST_MS = 1_500;
/** The same, once the browser has the interface's files. */
const LONGEST_AGAIN_MS = 1_000;
/** Longest time from an event until its row is painted, in milliseconds, as with few devices (screen.bench.ts). */
const LONGEST_EVENT_MS = 250;

/** Longest wait for anything, after which the bench gives up. */
const PATIENCE_MS = 60_000;

/** A page that is not in front paints nothing, and is asked now and then. */
const POLLED = { polling: 10 };

/** What one visit took until the whole list was painted, and what the browser alone takes for the same. */
interface Visit {
  painted: number;
  rows: number;
  /** Fetching the same files once more, all at once, and running none. */
  bareFiles: number;
  /** Fetching the same devices, and making a plain row of each. */
  bareList: number;
}

test("ui", async ({ browser, page }) => {
  test.setTimeout(1_800_000);
  const places = (process.env.LATCHKEY_BENCH_GEOIP ?? "").split(":").filter((file) => file !== "");
  const home = await Home.start(...places.flatMap((file) => ["--geoip", file]));
  try {
    const first = await home.setUp();
    await choose(first.request, "Ana");
    const [profile] = first.profiles;
    if (!profile) throw new Error("the account has no profile");
    const household = new Household(home, await first.token(), profile.id);
    const guests = DEVICES + EVENTS + WARMING;
    const phones = await household.growFor(guests);
    for (let number = phones; number < DEVICES; number += 1) await (await household.knock(`TV ${number}`, "tv"))();

    await signIn(page, home);
    const kept = await page.context().storageState();
    const visits = { first: [] as Visit[], again: [] as Visit[] };
    for (let round = 0; round < VISITS; round += 1) {
      const context = await browser.newContext({ viewport: WINDOW, storageState: kept });
      try {
        visits.first.push(await visit(context, home));
        visits.again.push(await visit(context, home));
      } finally {
        await context.close();
      }
    }
    const all = (which: Visit[], of: (visit: Visit) => number, share: number) => quantile(which.map(of), share);
    const rows = Math.min(...visits.first.map((visit) => visit.rows));
    if (rows < DEVICES) throw new Error(`only ${rows} rows were painted of ${DEVICES}`);

    console.log(`ui: the list of ${rows} devices in Chromium, ${VISITS} visits`);
    figure(
      "first load to the painted list, worst",
      all(visits.first, ({ painted }) => painted, 1),
      LONGEST_FIRST_MS,
    );
    figure(
      "  its median",
      all(visits.first, ({ painted }) => painted, 0.5),
    );
    figure(
      "  its files fetched, and none run, the median",
      all(visits.first, ({ bareFiles }) => bareFiles, 0.5),
    );
    figure(
      "with the files kept, to the painted list, worst",
      all(visits.again, ({ painted }) => painted, 1),
      LONGEST_AGAIN_MS,
    );
    figure(
      "  its median",
      all(visits.again, ({ painted }) => painted, 0.5),
    );
    figure(
      "  the devices fetched, and a plain row made of each, the median",
      all(visits.again, ({ bareList }) => bareList, 0.5),
    );

    await events(page, home, household);
  } finally {
    await home.stop();
  }
});

async function visit(context: BrowserContext, home: Home): Promise<Visit> {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  try {
    await page.goto(`${home.url}/#/devices`, { waitUntil: "commit" });
    await page.waitForFunction(() => performance.getEntriesByName("latchkey:painted").length > 0);
    const { painted, rows, files } = await page.evaluate(() => ({
      painted: performance.getEntriesByName("latchkey:painted")[0]?.startTime ?? Number.NaN,
      rows: document.querySelectorAll("[data-row]").length,
      files: performance
        .getEntriesByType("resource")
        .map(({ name }) => name)
        .filter((name) => name.startsWith(location.origin) && !new URL(name).pathname.startsWith("/api/")),
    }));
    // Beside a page of the same origin with nothing of the interface on it.
    await page.goto(`${home.url}/healthz`);
    const bareFiles = await page.evaluate(async (files) => {
      const began = performance.now();
      await Promise.all(files.map((file) => fetch(file, { cache: "no-store" }).then((answer) => answer.arrayBuffer())));
      return performance.now() - began;
    }, files);
    const bareList = await page.evaluate(plainList);
    return { painted, rows, bareFiles, bareList };
  } finally {
    await page.close();
  }
}

/** Runs in the page, and so uses nothing from outside: what any program that shows this list takes at least. */
async function plainList(): Promise<number> {
  const began = performance.now();
  const list = document.createElement("ul");
  let cursor: string | null = null;
  do {
    const after: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const answer = await fetch(`/api/v1/devices?limit=200${after}`);
    const page: { devices: { name: string }[]; next_cursor: string | null } = await answer.json();
    for (const { name } of page.devices) {
      const row = document.createElement("li");
      row.textContent = name;
      list.append(row);
    }
    cursor = page.next_cursor;
  } while (cursor);
  document.body.replaceChildren(list);
  await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
  return performance.now() - began;
}

/** From a sign-in to its row on the open list; beside it when a page with nothing else on it hears of it. */
async function events(page: Page, home: Home, household: Household) {
  await open(page, home, "/devices");
  await clocksAgree(page);
  const context = page.context();
  const bare = await context.newPage();
  await bare.goto(`${home.url}/healthz`);
  await bare.evaluate(listenInPage);
  await bare.waitForFunction(() => "heard" in window);
  await clocksAgree(bare);
  await page.bringToFront();

  const toScreen: number[] = [];
  const toBarePage: number[] = [];
  for (let round = 0; round < EVENTS + WARMING; round += 1) {
    const name = `Box ${round} of the bench`;
    const signsIn = await household.knock(name, "streaming_box");
    const appears = await watchRow(page, name, "appears");
    const device = await signsIn();
    const painted = await appears.painted();
    const heard = await bare.waitForFunction(
      (id) => (window as unknown as { heard: Map<string, number> }).heard.get(id),
      device.id,
      POLLED,
    );
    if (round < WARMING) continue;
    toScreen.push(painted - device.answered);
    toBarePage.push(((await heard.jsonValue()) ?? now()) - device.answered);
  }
  await bare.close();
  figure(`an event to its row among ${DEVICES}, p99`, quantile(toScreen, 0.99), LONGEST_EVENT_MS);
  figure("  its median", quantile(toScreen, 0.5));
  figure("  heard by a page with nothing else on it, the median", quantile(toBarePage, 0.5));
}

/** Runs in the page: notes when it hears of each device that signs in. */
function listenInPage() {
  const heard = new Map<string, number>();
  const stream = new EventSource("/api/v1/events");
  stream.onmessage = ({ data }: MessageEvent<string>) => {
    const at = performance.timeOrigin + performance.now();
    const event: { type: string; device_id?: string } = JSON.parse(data);
    if (event.type === "signed_in" && event.device_id) heard.set(event.device_id, at);
  };
  stream.onopen = () => Object.assign(window, { heard });
}
