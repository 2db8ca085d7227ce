// Try it: a fire drill is begun, answered from where one is told, and leaves nothing behind.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { APIRequestContext } from "@playwright/test";
import { devicesSeenBy, expect, open, RIGA, signIn, test } from "./home";
import { picture } from "./picture";

const STRANGER = "Made-up stranger (fire drill)";

/** What a web hook of the household is sent, as it comes. */
interface Told {
  kind: string;
  title: string;
  actions: { answer: string; url: string }[];
}

/** A server of the household's own, which hears what a web hook sends. */
async function receiver(): Promise<{ server: Server; url: string; told: Told[] }> {
  const told: Told[] = [];
  const server = createServer((request, answer) => {
    let body = "";
    request.on("data", (text) => {
      body += text;
    });
    request.on("end", () => {
      answer.writeHead(204).end();
      told.push(JSON.parse(body));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, told };
}

const names = async (device: APIRequestContext) => (await devicesSeenBy(device)).map(({ name }) => name);

test("a drill is answered by the button of a notification, and shows the time of each step", async ({
  page,
  home,
  first,
}, info) => {
  const { server, url, told } = await receiver();
  const made = await first.request.post("/api/v1/channels", { data: { kind: "web_hook", url, name: "Hallway lamp" } });
  expect(made.status(), await made.text()).toBe(201);
  await signIn(page, home);
  await open(page, home, "/channels");
  await page.getByRole("link", { name: "To the fire drill" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Try it" })).toBeVisible();
  await picture(page, info, "drill-before", { whole: true });

  await page.getByRole("button", { name: "Start a fire drill" }).click();
  await expect(page.getByRole("heading", { name: "What to do now" })).toBeFocused();
  await expect(page.getByText("Tap No, sign it out where you are told")).toBeVisible();
  const steps = page.getByRole("listitem");
  await expect(steps.filter({ hasText: "The stranger signed in" })).toContainText(/\d\.\d\d s/);
  await expect(steps.filter({ hasText: "Told by Hallway lamp" })).toContainText(/Handed over\s*\d+\.\d+ s/);
  expect(await names(first.request)).toContain(STRANGER);
  await picture(page, info, "drill-waiting", { whole: true });

  // The lamp also heard that this browser is new.
  const drills = told.filter(({ kind }) => kind === "drill");
  expect(drills.map(({ title }) => title)).toEqual(["Fire drill: a made-up stranger signed in"]);
  const button = drills[0]?.actions.find(({ answer }) => answer === "not_me");
  const pressed = await first.request.post(button?.url ?? "", { data: { answer: "not_me" } });
  expect(pressed.ok(), await pressed.text()).toBe(true);

  await expect(page.getByRole("heading", { name: "It works" })).toBeVisible();
  await expect(steps.filter({ hasText: "Their next request was refused" })).toContainText(/\d+\.\d+ s/);
  await expect(steps.filter({ hasText: "The stranger was signed out" })).toContainText("Web hook", {
    ignoreCase: true,
  });
  await expect(page.getByText("Nothing is left behind.")).toBeVisible();
  await picture(page, info, "drill-passed", { whole: true });
  expect(await names(first.request)).not.toContain(STRANGER);
  await open(page, home, "/history");
  await expect(page.getByText(STRANGER)).toHaveCount(0);
  server.close();
});

test("without a way to be told it says that nobody outside would be, and is ended", async ({ page, home, first }) => {
  await signIn(page, home);
  await open(page, home, "/drill");
  await page.getByRole("button", { name: "Start a fire drill" }).click();
  await expect(page.getByText("Nobody outside the house would be told")).toBeVisible();
  await expect(page.getByRole("link", { name: "Add a way to be told" })).toBeVisible();
  await page.getByRole("button", { name: "End the drill" }).click();
  await expect(page.getByRole("heading", { name: "The drill was ended" })).toBeFocused();
  await expect(page.getByText("Nothing is left behind.")).toBeVisible();
  expect(await names(first.request)).not.toContain(STRANGER);

  // And answered on the screen, as any alert is.
  await page.getByRole("button", { name: "Try it again" }).click();
  await page.getByRole("link", { name: "See the alert" }).click();
  await expect(page.getByText("This is a fire drill: the stranger is made up")).toBeVisible();
  await open(page, home, "/devices");
  await page.getByRole("button", { name: `Sign out ${STRANGER}` }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Sign out/ })
    .click();
  await open(page, home, "/drill");
  await expect(page.getByRole("heading", { name: "It works" })).toBeVisible();
});

test("an unfamiliar device is refused in words, and what cannot be loaded says so", async ({ browser, page, home }) => {
  const away = await browser.newContext({ extraHTTPHeaders: { "x-forwarded-for": RIGA } });
  const stranger = await away.newPage();
  await signIn(stranger, home);
  await open(stranger, home, "/drill");
  await stranger.getByRole("button", { name: "Start a fire drill" }).click();
  await expect(stranger.getByRole("alert").first()).toBeVisible();
  await expect(stranger.getByRole("button", { name: "Start a fire drill" })).toBeEnabled();
  await away.close();

  await signIn(page, home);
  await page.route("**/api/v1/drills/now", (route) => route.fulfill({ status: 500, body: "{}" }));
  await open(page, home, "/drill");
  const failed = page.getByRole("alert").filter({ hasText: "The fire drill could not be loaded" });
  await expect(failed).toBeVisible();
  await page.unroute("**/api/v1/drills/now");
  await failed.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("button", { name: "Start a fire drill" })).toBeVisible();
});
