// A home listens on its own computer only, says so before anybody takes out a phone, and listens on the home network at a tap; which
// is taken back as easily. What network this computer is on, a test does not know: what the home says of it is answered here.

import type { Page } from "@playwright/test";
import type { HomeNetwork } from "../src/api/generated/HomeNetwork";
import type { Pairing } from "../src/api/generated/Pairing";
import { expect, type Home, open, signIn, test } from "./home";
import { picture } from "./picture";
import { asWindow, connectedWith } from "./window";

const OFF: HomeNetwork = { on: false, fixed: null, addresses: [], no_address: "listens_here_only" };
const ADDRESS = "http://192.168.1.5:8470";

/** The home's computer, as the page is told of it. */
class Computer {
  is: HomeNetwork = OFF;
  /** With what the next change is refused. */
  refusals: { status: number; json: object }[] = [];
  /** What was asked for. */
  asked: boolean[] = [];

  async answersOn(page: Page) {
    await page.route("**/api/v1/home-network", async (route) => {
      const request = route.request();
      if (request.method() === "PUT") {
        const { on } = request.postDataJSON() as { on: boolean };
        this.asked.push(on);
        const refusal = this.refusals.shift();
        if (refusal) return route.fulfill(refusal);
        this.is = on ? { on, fixed: null, addresses: [ADDRESS], no_address: null } : OFF;
      }
      return route.fulfill({ json: this.is });
    });
    await page.route(/\/api\/v1\/pairings(\/[0-9a-f-]{36})?$/, async (route) => {
      const response = await route.fetch();
      const pairing = (await response.json()) as Pairing;
      const addresses = this.is.addresses.map((address) => `${address}/#/pair/${pairing.code}`);
      await route.fulfill({ response, json: { ...pairing, addresses, no_address: this.is.no_address } });
    });
  }
}

async function beside(page: Page, home: Home): Promise<Computer> {
  const computer = new Computer();
  await computer.answersOn(page);
  await signIn(page, home);
  return computer;
}

const listen = (page: Page) => page.getByRole("button", { name: "Listen on the home network" });

test("no code for a camera is shown before the home listens where a phone is", async ({ page, home }, info) => {
  const computer = await beside(page, home);
  await open(page, home, "/add-phone");
  await expect(page.getByRole("heading", { level: 1, name: "A phone cannot reach this home" })).toBeVisible();
  await expect(page.getByText("Whoever is on this network can then open the sign-in page")).toBeVisible();
  await expect(page.getByRole("img", { name: /QR code/ })).toHaveCount(0);
  await picture(page, info, "add-phone-here-only", { whole: true });

  // What does not work says so, and nothing else has changed.
  const message = `Your home cannot listen at 192.168.1.5:8470. Another program may use that port.`;
  computer.refusals = [{ status: 409, json: { error: "cannot_listen", message } }];
  await listen(page).click();
  await expect(page.getByRole("alert")).toHaveText(message);
  await expect(page.getByRole("img", { name: /QR code/ })).toHaveCount(0);

  // It takes the PIN; without it nothing is done.
  const unproven = {
    error: "proof_required",
    message: "Enter the PIN, or the password, to go on.",
    proof: ["password"],
  };
  computer.refusals = [{ status: 403, json: unproven }];
  await listen(page).click();
  const asks = page.getByRole("dialog");
  await expect(asks).toBeVisible();
  await asks.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("alert")).toHaveText("Enter the PIN, or the password, to go on.");
  expect(computer.is).toEqual(OFF);

  await listen(page).click();
  await expect(page.getByRole("img", { name: /^QR code for your phone’s camera/ })).toBeVisible();
  await expect(page.getByText(`Open ${ADDRESS} on the phone`)).toBeVisible();
  expect(computer.asked).toEqual([true, true, true]);

  // The way back is in the settings.
  await page.getByRole("link", { name: "Change that" }).click();
  await expect(page.getByText(`Devices on your network open ${ADDRESS}`)).toBeVisible();
  await picture(page, info, "settings-home-network", { whole: true });
  await page.getByRole("button", { name: "Listen on the home’s computer only" }).click();
  await expect(page.getByText("Your home listens on its own computer only")).toBeVisible();
  await expect(listen(page)).toBeVisible();
  expect(computer.asked).toEqual([true, true, true, false]);
});

test("what is left says it beneath the phone, and one tap undoes it", async ({ page, home }) => {
  const computer = await beside(page, home);
  const left = page.getByRole("region", { name: "What is left" });
  await expect(left.getByText("so no other device can open it")).toBeVisible();
  await left.getByRole("button", { name: "Listen on the home network" }).click();
  await expect(left.getByText("so no other device can open it")).toHaveCount(0);
  await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await expect(left.getByText("so no other device can open it")).toBeVisible();
  expect(computer.asked).toEqual([true, false]);
});

test("on another network it does not listen, and says so", async ({ page, home }) => {
  const computer = await beside(page, home);
  computer.is = { on: true, fixed: null, addresses: [], no_address: "another_network" };
  await open(page, home, "/add-phone");
  await expect(page.getByRole("heading", { level: 1, name: "A phone cannot reach this home here" })).toBeVisible();
  await page.getByRole("button", { name: "Listen on this network, too" }).click();
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
});

test("where something else says where it listens there is no button", async ({ page, home }) => {
  const computer = await beside(page, home);
  computer.is = { ...OFF, fixed: "in_container" };
  await open(page, home, "/add-phone");
  await expect(page.getByText("Your home runs in a container. What reaches it is set there")).toBeVisible();
  await expect(listen(page)).toHaveCount(0);
  await open(page, home, "/settings");
  await expect(page.getByText("Your home runs in a container. What reaches it is set there")).toBeVisible();
  await expect(listen(page)).toHaveCount(0);
});

test("homes on this network are looked for when somebody asks, and joined by letters to compare and the code they show", async ({
  page,
  home,
}, info) => {
  let looked = 0;
  let here: { url: string }[] = [];
  await signIn(page, home);
  const unknown = { error: "unknown_certificate", message: "Nobody vouches for it: ABCD-EFGH.", pin: "one" };
  await asWindow(page, [unknown], () => {
    looked += 1;
    return here;
  });
  await page.goto(`${home.url}/#/connect`);
  await page.reload();
  await expect(page.getByLabel("Address")).toBeVisible();
  expect(looked).toBe(0);
  await page.getByRole("button", { name: "Look for homes on this network" }).click();
  await expect(page.getByText("No home says that it is here.")).toBeVisible();

  here = [{ url: "https://192.168.1.5:8470" }, { url: "https://192.168.1.66:8470" }];
  await page.getByRole("button", { name: "Look again" }).click();
  await expect(page.getByText("Anybody on this network can say that a home is here.")).toBeVisible();
  await picture(page, info, "homes-nearby", { whole: true });
  // No code is typed before the letters were compared.
  await page.getByRole("button", { name: "https://192.168.1.5:8470" }).click();
  await expect(page.getByRole("alert")).toContainText("ABCD-EFGH");
  await expect(page).toHaveURL(/#\/connect$/);
  await page.getByRole("button", { name: "The letters are the same: connect" }).click();
  await expect(page).toHaveURL(/#\/pair$/);
  const pins = (await connectedWith(page)).map(({ pin }) => pin);
  expect([pins, looked]).toEqual([[null, "one"], 2]);
});
