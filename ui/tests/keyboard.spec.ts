// The ways that matter most, by the keyboard alone and as a screen reader hears them: setting up, answering an alert, signing out. And
// wherever something goes that had the focus, the focus goes to what is nearest, never to the page's body.

import type { Locator, Page } from "@playwright/test";
import { expect, HOME_NETWORK, isPhone, LOGIN, open, PASSWORD, RIGA, row, signIn, test } from "./home";

/** Presses Tab until something has the focus. */
async function tabTo(page: Page, target: Locator, most = 60) {
  for (let pressed = 0; pressed < most; pressed += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${most} times Tab did not lead to ${target}`);
}

/** Waits until something of the page has the focus, and it stays there. */
async function keepsFocus(page: Page) {
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe("BODY");
}

test("a home is set up by the keyboard alone, and what is missing is said beside its field", async ({
  page,
  empty,
}) => {
  await page.goto(empty.url);
  const code = page.getByLabel("Set-up code");
  await expect(code).toBeVisible();
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - heading "Welcome home" [level=1]
      - textbox /^Set-up code/
      - heading "Your account" [level=2]
      - textbox /^Login name/
      - textbox "Password"
      - button "Show password"
      - textbox "Password again"
      - button "Show password"
      - heading "Who lives here?" [level=2]
      - list:
        - listitem:
          - textbox "Name of person 1"
          - combobox "This person is"
          - button "Remove this person"
        - listitem:
          - textbox "Name of person 2"
          - combobox "This person is"
          - button "Remove this person"
      - button "Add somebody"
      - button "Create the account"
  `);
  await tabTo(page, code);
  await page.keyboard.press("Enter");
  await expect(code).toBeFocused();
  await expect(code).toHaveAccessibleDescription(/^Type the set-up code/);

  await page.keyboard.type("NOT-THE-CODE");
  await tabTo(page, page.getByLabel("Login name"));
  await page.keyboard.type(LOGIN);
  await tabTo(page, page.getByLabel("Password", { exact: true }));
  await page.keyboard.type(PASSWORD);
  await tabTo(page, page.getByLabel("Password again"));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  const name = page.getByLabel("Name of person 1");
  await expect(name).toBeFocused();
  await expect(name).toHaveAccessibleDescription(/Give at least one grown-up a name/);
  await page.keyboard.type("Ana");

  // A wrong code is told where it was typed, however far down the button is. A child's name is nobody's duty.
  await page.keyboard.press("Enter");
  await expect(code).toBeFocused();
  await expect(code).toBeInViewport();
  await expect(code).toHaveAccessibleDescription(/set-up code is not right/);
  await code.fill(empty.setupCode);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "This is your first device" })).toBeFocused();
  // Who lives alone is not asked who it is.
  await tabTo(page, page.getByRole("button", { name: "See your devices" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Manage access and devices" })).toBeFocused();
  await expect(page.getByText("Only this device so far")).toBeVisible();
});

test("an alert is found and answered by the keyboard alone", async ({ page, home }) => {
  await home.app("Hotel TV", "tv", { address: RIGA, profile: null });
  await signIn(page, home);
  await tabTo(page, page.getByRole("link", { name: /^Alerts: / }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Alerts" })).toBeFocused();
  await tabTo(page, page.getByRole("link", { name: /Hotel TV/ }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Hotel TV signed in. Is it yours?" })).toBeFocused();
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - navigation "Where you are"
      - heading "Hotel TV signed in. Is it yours?" [level=1]
      - paragraph:
        - text: /Riga/
      - button "No, sign it out"
      - button "Yes, it is ours"
      - button "Not sure"
      - paragraph:
        - link "Everything about this device"
      - heading "Why it looks unfamiliar" [level=2]
      - list:
        - listitem: First time on this account
      - heading /Riga/ [level=2]
  `);
  await tabTo(page, page.getByRole("button", { name: "No, sign it out" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "Signed out at" })).toBeFocused();
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - heading "Hotel TV is signed out" [level=1]
      - status:
        - paragraph:
          - text: /^Signed out at/
      - heading "Do they know your password?" [level=2]
      - button "Change the password"
  `);
});

test("a device is signed out by the keyboard alone, and the focus stays in the list", async ({ page, home }) => {
  for (const name of ["Bedroom TV", "Kitchen TV"]) await home.app(name, "tv", { address: HOME_NETWORK });
  await signIn(page, home);
  await open(page, home, "/devices");
  const button = page.getByRole("button", { name: "Sign out Bedroom TV" });
  await tabTo(page, button);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Sign out Bedroom TV?" });
  await expect(dialog).toMatchAriaSnapshot(`
    - dialog "Sign out Bedroom TV?":
      - heading "Sign out Bedroom TV?" [level=2]
      - paragraph: /It stops working at its very next request/
      - button "Cancel"
      - button "Sign out"
  `);
  await page.keyboard.press("Escape");
  await expect(button).toBeFocused();

  await page.keyboard.press("Enter");
  await tabTo(page, dialog.getByRole("button", { name: "Sign out" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toContainText("Signed out at");
  await tabTo(page, page.getByRole("button", { name: "Done" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await keepsFocus(page);
  await expect(page.locator(":focus")).toHaveText(/Kitchen TV|Sign out|Bedroom TV|At home|Here now|Needs an answer/);
});

test("a confirmation that is cancelled leaves what was selected", async ({ page, home }) => {
  for (const name of ["Bedroom TV", "Kitchen TV"]) await home.app(name, "tv", { address: HOME_NETWORK });
  await signIn(page, home);
  await open(page, home, "/devices");
  await tabTo(page, page.getByRole("button", { name: "Select several" }));
  await page.keyboard.press("Enter");
  await keepsFocus(page);
  for (const name of ["Bedroom TV", "Kitchen TV"]) {
    await tabTo(page, page.getByRole("checkbox", { name: `Select ${name}` }));
    await page.keyboard.press("Space");
  }
  const button = page.getByRole("button", { name: "Sign out 2 devices" });
  await tabTo(page, button);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).press("Enter");
  await expect(page.getByText("2 selected")).toBeVisible();
  await expect(button).toBeFocused();
  await tabTo(page, page.getByRole("button", { name: "Cancel" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Select several" })).toBeFocused();
});

test("the focus goes on from what is gone: a field, a banner, a line, a submit that failed", async ({ page, home }) => {
  const television = await home.app("Bedroom TV", "tv", { address: HOME_NETWORK });
  await signIn(page, home);
  await open(page, home, `/devices/${television.id}`);
  await tabTo(page, page.getByRole("button", { name: "Rename" }));
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Name of this device")).toBeFocused();
  await page.keyboard.type("Telly");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Telly", level: isPhone(page) ? 1 : 2 })).toBeVisible();
  await expect(page.getByRole("button", { name: "Rename" })).toBeFocused();

  // A proof that is wrong: the form goes on from its own field or button.
  await open(page, home, "/settings?password");
  await page.getByLabel("Current password").fill("not this one");
  await page.getByLabel("New password", { exact: true }).fill("another row of words");
  await page.getByLabel("New password again").fill("another row of words");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: /password/ })).toBeVisible();
  await keepsFocus(page);
});

test("the focus goes on from a banner that is gone", async ({ page, empty }) => {
  await empty.setUp({ learns: true });
  await signIn(page, empty);
  await open(page, empty, "/devices");
  await tabTo(page, page.getByRole("button", { name: "My devices are all here" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Getting to know your home" })).toHaveCount(0);
  await keepsFocus(page);
  await expect(row(page, "Ana’s computer")).toBeVisible();
});

test("the focus goes on from a person who is removed at the set-up", async ({ page, empty }) => {
  await page.goto(empty.url);
  await page.getByRole("button", { name: "Remove this person" }).last().press("Enter");
  await expect(page.getByLabel("Name of person 2")).toHaveCount(0);
  await expect(page.getByLabel("Name of person 1")).toBeFocused();
});
