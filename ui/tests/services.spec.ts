// Watched services: one is found out about, proven and added; what is signed in there is in the list, and is signed out from here.

import type { APIRequestContext, Page } from "@playwright/test";
import type { Plan } from "../src/api/generated/Plan";
import type { Service } from "../src/api/generated/Service";
import type { ServiceCheck } from "../src/api/generated/ServiceCheck";
import { test as base, expect, LISBON, open, row, signIn } from "./home";
import { picture } from "./picture";
import { StandIn } from "./stand-in";

const test = base.extend<{ jellyfin: StandIn }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names from the pattern
  jellyfin: async ({}, use) => {
    const jellyfin = await StandIn.start("jellyfin");
    await jellyfin.signIn({ person: "ana", client_name: "Living-room TV", address: "192.168.1.30" });
    await jellyfin.signIn({ person: "mia", client_name: "Mia’s phone", address: LISBON });
    await use(jellyfin);
    await jellyfin.stop();
  },
});

const servicesSeenBy = async (device: APIRequestContext): Promise<Service[]> =>
  (await (await device.get("/api/v1/services")).json()).services;

/** Adds one as an app does. */
async function watched(device: APIRequestContext, jellyfin: StandIn, name = "Jellyfin"): Promise<Service> {
  const data = { kind: "jellyfin", name, url: jellyfin.url, keys: { key: await jellyfin.key() } };
  const answer = await device.post("/api/v1/services", { data });
  expect(answer.status(), await answer.text()).toBe(201);
  return answer.json();
}

/** Waits until what is signed in at the service is in the home's list. */
async function isRead(device: APIRequestContext, name: string) {
  await expect
    .poll(async () => {
      const { devices } = await (await device.get("/api/v1/devices")).json();
      return devices.map((each: { name: string }) => each.name);
    })
    .toContain(name);
}

/** What proving came to, on the page. */
const outcome = (page: Page, name: string) => page.getByRole("region", { name });

test("one is added by the keyboard alone, and what is signed in there shows up as it comes", async ({
  page,
  home,
  first,
  jellyfin,
}, info) => {
  await signIn(page, home);
  await open(page, home, "/settings");
  await page.getByRole("link", { name: "Manage services" }).press("Enter");
  await expect(page.getByRole("heading", { name: "No service is watched yet" })).toBeVisible();
  await picture(page, info, "services-empty", { whole: true });

  await page.getByRole("link", { name: "Add a service" }).press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Add a service" })).toBeFocused();
  await picture(page, info, "service-kinds", { whole: true });
  await page.getByRole("button", { name: /^Jellyfin / }).press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Add Jellyfin" })).toBeFocused();
  await expect(page.getByRole("heading", { name: "How to make a key in Jellyfin" })).toBeVisible();

  await page.getByLabel("Address").focus();
  await page.keyboard.type(jellyfin.url);
  await page.getByLabel("Key", { exact: true }).focus();
  await page.keyboard.type(await jellyfin.key());
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "It is all there" })).toBeFocused();
  const proof = outcome(page, "It is all there");
  await expect(proof.getByRole("listitem")).toHaveText([
    /Something answers there: proven/,
    /Its certificate is trusted: proven/,
    /It is the right kind of server: proven\s+Jellyfin 10/,
    /The key is good: proven/,
    /The key may do what is needed: proven/,
  ]);
  await picture(page, info, "service-proof", { whole: true });

  await proof.getByRole("button", { name: "Add it" }).press("Enter");
  await expect(page.getByRole("heading", { name: "What is signed in at Attic" })).toBeVisible();
  await expect(row(page, "Living-room TV")).toBeVisible();
  await expect(row(page, "Mia’s phone")).toContainText("Used by mia at Attic");
  // Only what is signed in there.
  await expect(row(page, "Ana’s computer")).toHaveCount(0);
  await jellyfin.signIn({ person: "ana", client_name: "Kitchen tablet", address: "192.168.1.31" });
  await expect(row(page, "Kitchen tablet")).toBeVisible();
  await picture(page, info, "service-found", { whole: true });

  await page.getByRole("button", { name: "These are all ours" }).press("Enter");
  await expect(page.getByText("Everything that is signed in at Attic is yours")).toBeVisible();
  await expect(row(page, "Ana’s computer")).toBeVisible();
  const [added] = await servicesSeenBy(first.request);
  expect(added).toMatchObject({ kind: "jellyfin", state: "ok", to_go_through: false });
  // The key is shown nowhere any more.
  expect(JSON.stringify(added)).not.toContain(await jellyfin.key());
});

test("a wrong key and a wrong server say in plain words what is missing, and add nothing", async ({
  page,
  home,
  first,
  jellyfin,
}, info) => {
  await signIn(page, home);
  await open(page, home, "/services/add?kind=jellyfin");
  await page.getByLabel("Address").fill(jellyfin.url);
  const key = page.getByLabel("Key", { exact: true });
  await key.fill("not the key");
  await expect(key).toHaveAttribute("type", "password");
  await page.getByRole("button", { name: "Show: Key" }).click();
  await expect(key).toHaveAttribute("type", "text");
  await page.getByRole("button", { name: "Prove it" }).click();
  await expect(page.getByRole("heading", { name: "Something is missing" })).toBeFocused();
  await expect(outcome(page, "Something is missing").getByRole("listitem").nth(3)).toContainText(
    "The key is good: not proven",
  );
  await expect(page.getByRole("button", { name: "Add it" })).toHaveCount(0);
  await picture(page, info, "service-wrong-key", { whole: true });

  // What was proven was of what stood there before.
  await key.fill(await jellyfin.key());
  await expect(outcome(page, "Something is missing")).toHaveCount(0);
  await jellyfin.behave("other");
  await page.getByRole("button", { name: "Prove it" }).click();
  await expect(outcome(page, "Something is missing").getByRole("listitem").nth(2)).toContainText("not proven");
  expect(await servicesSeenBy(first.request)).toEqual([]);
});

test("a certificate that nobody vouches for is compared before a key is sent", async ({
  page,
  home,
  jellyfin,
}, info) => {
  await signIn(page, home);
  const key = "A".repeat(43);
  const asked: { certificate_sha256?: string }[] = [];
  // The stand-in has no certificate: what the home says of one is stood in for.
  await page.route("**/api/v1/services/prove", async (route) => {
    const given = route.request().postDataJSON();
    asked.push(given);
    if (given.certificate_sha256) {
      const { certificate_sha256: _, ...plain } = given;
      return route.continue({ postData: JSON.stringify(plain) });
    }
    const shown: ServiceCheck = {
      steps: [
        { step: "reachable", state: "passed", detail: null },
        { step: "certificate", state: "failed", detail: "Nobody vouches for it." },
        { step: "kind", state: "waits", detail: null },
        { step: "key", state: "waits", detail: null },
        { step: "rights", state: "waits", detail: null },
      ],
      state: "certificate",
      version: null,
      server_name: null,
      person: null,
      lacks: [],
      shown_certificate_sha256: key,
      shown_certificate_letters: "KZQ4 9TPA M2XD R7WB",
    };
    return route.fulfill({ json: shown });
  });
  await open(page, home, "/services/add?kind=jellyfin");
  await page.getByLabel("Address").fill(jellyfin.url);
  await page.getByLabel("Key", { exact: true }).fill(await jellyfin.key());
  await page.getByRole("button", { name: "Prove it" }).click();
  await expect(page.getByRole("heading", { name: "Compare its certificate" })).toBeFocused();
  await expect(page.getByText("KZQ4 9TPA M2XD R7WB")).toBeVisible();
  await picture(page, info, "service-certificate", { whole: true });
  await page.getByRole("button", { name: "This is it: go on" }).click();
  await expect(page.getByRole("heading", { name: "It is all there" })).toBeFocused();
  expect(asked.map(({ certificate_sha256 }) => certificate_sha256)).toEqual([undefined, key]);
  // Of another address nothing was compared.
  await page.getByLabel("Address").fill("https://192.168.1.99");
  await expect(page.getByText("You said that this certificate is the right one:")).toHaveCount(0);
});

test("a sign-out is asked for at the service, and is over when the service has confirmed it", async ({
  page,
  home,
  first,
  jellyfin,
}, info) => {
  await watched(first.request, jellyfin);
  await isRead(first.request, "Mia’s phone");
  await signIn(page, home);
  await open(page, home, "/devices");
  await expect(row(page, "Mia’s phone")).toContainText("Jellyfin");
  await picture(page, info, "devices-mixed", { whole: true });
  await row(page, "Mia’s phone").getByRole("button", { name: "Sign out Mia’s phone" }).click();
  const dialog = page.getByRole("dialog", { name: "Sign out Mia’s phone?" });
  await expect(dialog).toContainText("Jellyfin ends it at once");
  await dialog.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("dialog")).toContainText(/Jellyfin confirmed at \d\d:\d\d:\d\d/);
  await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  await expect(row(page, "Mia’s phone")).toHaveCount(0);
  await expect(page.getByText("Signed out: 1 device")).toBeVisible();
});

test("one that says it ended what it did not is not believed", async ({ page, home, first, jellyfin }) => {
  await watched(first.request, jellyfin);
  await isRead(first.request, "Mia’s phone");
  await jellyfin.behave("lies");
  await signIn(page, home);
  await open(page, home, "/devices");
  await row(page, "Mia’s phone").getByRole("button", { name: "Sign out Mia’s phone" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("dialog", { name: "Not all of it is confirmed yet" })).toContainText(
    "Asked; Jellyfin has not confirmed it yet",
  );
  await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  await expect(row(page, "Mia’s phone")).toContainText("Sign-out not confirmed yet");
});

test("while a service is away its rows stay as of a time, and what was asked is carried out when it is back", async ({
  page,
  home,
  first,
  jellyfin,
}, info) => {
  const service = await watched(first.request, jellyfin);
  await isRead(first.request, "Mia’s phone");
  await jellyfin.behave("away");
  await first.request.post(`/api/v1/services/${service.id}/check`);
  await signIn(page, home);
  await open(page, home, "/devices");
  await expect(row(page, "Mia’s phone")).toContainText(/as of \d\d:\d\d/);
  await row(page, "Mia’s phone").getByRole("link", { name: "Mia’s phone" }).click();
  await page.getByRole("button", { name: "Sign out Jellyfin on Mia’s phone" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByText(/the server is off, it is sent when it is back/)).toBeVisible();
  await picture(page, info, "device-waiting", { whole: true });
  await open(page, home, "/services");
  await expect(page.getByRole("link", { name: /^Jellyfin/ })).toContainText("1 sign-out is not confirmed yet");
  await picture(page, info, "services-away", { whole: true });

  await jellyfin.behave("ok");
  await page.getByRole("link", { name: /^Jellyfin/ }).click();
  await page.getByRole("button", { name: "Test it" }).click();
  await expect(page.getByRole("heading", { name: "It was tested" })).toBeFocused();
  await expect.poll(async () => (await servicesSeenBy(first.request))[0]?.asked).toBe(0);
});

test("its page says who is who, and it is paused, renamed and removed", async ({
  page,
  home,
  first,
  jellyfin,
}, info) => {
  const service = await watched(first.request, jellyfin);
  await isRead(first.request, "Mia’s phone");
  await signIn(page, home);
  await open(page, home, `/services/${service.id}`);
  await expect(page.getByRole("heading", { level: 1, name: "Jellyfin" })).toBeVisible();
  const whose = page.getByLabel("Profile of mia");
  await expect(whose).toHaveValue("");
  await whose.selectOption("Rui");
  await expect(page.getByText("mia is noted")).toBeVisible();
  await expect(whose.locator("option:checked")).toHaveText("Rui");
  await picture(page, info, "service", { whole: true });

  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("Jellyfin is left alone: it is not asked")).toBeVisible();
  expect((await servicesSeenBy(first.request))[0]?.paused).toBe(true);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();

  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("Films");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Films" })).toBeVisible();

  await page.getByRole("button", { name: "Remove" }).click();
  const dialog = page.getByRole("dialog", { name: "Remove “Films”?" });
  await expect(dialog.getByRole("radio", { name: "Keep it" })).toBeChecked();
  await picture(page, info, "service-remove");
  await dialog.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("Films is not watched any more")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1, name: "Watched services" })).toBeFocused();
  expect(await servicesSeenBy(first.request)).toEqual([]);
});

test("a key that is taken no more stops everything but the way to a new one", async ({
  page,
  home,
  first,
  jellyfin,
}, info) => {
  const service = await watched(first.request, jellyfin);
  await isRead(first.request, "Mia’s phone");
  await jellyfin.behave("key_refused");
  await first.request.post(`/api/v1/services/${service.id}/check`);
  await signIn(page, home);
  await open(page, home, `/services/${service.id}`);
  await expect(page.getByText("Takes the key no more")).toBeVisible();
  await picture(page, info, "service-key-refused", { whole: true });
  await jellyfin.behave("ok");
  await page.getByRole("link", { name: "Replace the key" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "A new key for Jellyfin" })).toBeVisible();
  await expect(page.getByLabel("Address")).toHaveValue(jellyfin.url);
  await expect(page.getByLabel("Key", { exact: true })).toHaveValue("");
  await page.getByLabel("Key", { exact: true }).fill(await jellyfin.key());
  await page.getByRole("button", { name: "Prove it" }).click();
  await page.getByRole("button", { name: "Use this key" }).click();
  await expect(page.getByText("Jellyfin has its new key")).toBeVisible();
  await expect(page.getByText("Latchkey reads who is signed in at Jellyfin.")).toBeVisible();
});

test("what has no way in for Latchkey is put on the list, and somebody looked there today", async ({
  page,
  home,
}, info) => {
  await signIn(page, home);
  await open(page, home, "/services/add");
  await page.getByText("Google, Gmail and YouTube", { exact: true }).click();
  await page.getByRole("button", { name: "We have an account at Google, Gmail and YouTube" }).click();
  await expect(page.getByText("Google, Gmail and YouTube is on your list")).toBeVisible();
  await open(page, home, "/services");
  await page.getByText("Google, Gmail and YouTube", { exact: true }).click();
  await expect(page.getByRole("link", { name: "Open its page" })).toHaveAttribute("target", "_blank");
  await page.getByRole("button", { name: "I looked at Google, Gmail and YouTube today" }).click();
  await expect(page.getByText(/^Last looked at/)).toBeVisible();
  await picture(page, info, "service-cards", { whole: true });
  await page.getByRole("button", { name: "Take Google, Gmail and YouTube off the list" }).click();
  await expect(page.getByText("Google, Gmail and YouTube", { exact: true })).toHaveCount(0);
});

test("a lost phone is one plan: shown first, ended by one button, and on the account page until it is done", async ({
  page,
  home,
  first,
  jellyfin,
}, info) => {
  await watched(first.request, jellyfin);
  await isRead(first.request, "Mia’s phone");
  await signIn(page, home);
  await page.getByRole("link", { name: /^A bad evening/ }).click();
  await page.getByRole("radio", { name: /^I lost this phone/ }).check();
  await page.getByLabel("Which device is it?").selectOption("Mia’s phone");
  await picture(page, info, "evening", { whole: true });
  await page.getByRole("button", { name: "Show me the plan" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Mia’s phone is lost" })).toBeVisible();
  const ends = page.getByRole("checkbox", { name: "End Jellyfin on Mia’s phone" });
  await expect(ends).toBeChecked();
  await ends.uncheck();
  await expect(page.getByText("0 of 1 sign-in chosen")).toBeVisible();
  await ends.check();
  await picture(page, info, "plan", { whole: true });
  // Nothing was done yet.
  const seen = await (await first.request.get("/api/v1/plans")).json();
  expect((seen.plans as Plan[]).map(({ begun_at }) => begun_at)).toEqual([null]);

  await page.getByRole("button", { name: "End 1 sign-in" }).click();
  await expect(page.getByText("1 of 1 sign-in ended")).toBeVisible();
  await expect(page.getByText(/Jellyfin confirmed at \d\d:\d\d:\d\d/)).toBeVisible();
  await picture(page, info, "plan-begun", { whole: true });
  const tasks = page.getByRole("checkbox");
  if ((await tasks.count()) > 0) {
    await open(page, home, "/");
    await page.getByRole("link", { name: /^Mia’s phone is lost/ }).click();
    for (const task of await tasks.all()) await task.check();
  }
  await expect(page.getByText("All of it is done").first()).toBeVisible();
  await open(page, home, "/");
  await expect(page.getByRole("link", { name: /^Mia’s phone is lost/ })).toHaveCount(0);
});

test("services that cannot be loaded say so, and can be asked for again", async ({ page, home }) => {
  await signIn(page, home);
  await page.route("**/api/v1/services", (route) => route.fulfill({ status: 500, body: "{}" }));
  await open(page, home, "/services");
  const failed = page.getByRole("alert").filter({ hasText: "The services could not be loaded" });
  await expect(failed).toBeVisible();
  await page.unroute("**/api/v1/services");
  await failed.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: "No service is watched yet" })).toBeVisible();
});
