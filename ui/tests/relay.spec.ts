// Answers from away: what the worker seals, against a vector that was made without a line of it; and the relay being chosen.

import { readFileSync } from "node:fs";
import type { ChannelList } from "../src/api/generated/ChannelList";
import type { RelayStatus } from "../src/api/generated/RelayStatus";
import { decode, encode, seal } from "../src/sw/sealed";
import { expect, open, signIn, test } from "./home";
import { picture } from "./picture";

const vector = JSON.parse(readFileSync(new URL("../../tests/data/relay.json", import.meta.url), "utf8"));

/** A key of the vector, which has its public part as a point and its secret part as a number. */
function key(name: "ECDH" | "ECDSA", point: string, secret: string | null, uses: KeyUsage[]): Promise<CryptoKey> {
  const bytes = decode(point);
  const [x, y] = [encode(bytes.slice(1, 33)), encode(bytes.slice(33))];
  const written = { kty: "EC", crv: "P-256", x, y, ...(secret === null ? {} : { d: secret }) };
  return crypto.subtle.importKey("jwk", written, { name, namedCurve: "P-256" }, true, uses);
}

async function sealed() {
  const { said } = vector;
  const ephemeral = {
    publicKey: await key("ECDH", vector.phone_key, null, []),
    privateKey: await key("ECDH", vector.phone_key, vector.phone_secret, ["deriveBits"]),
  };
  const signer = await key("ECDSA", vector.reply_key, vector.signer_secret, ["sign"]);
  const way = {
    inboxUrl: "",
    homeKey: vector.home_key,
    channelId: vector.channel_id,
    token: said.token,
    relayToken: null,
  };
  const given = { alertId: said.alert_id, answer: said.answer, issuedAt: said.issued_at };
  return seal(way, signer, given, { ephemeral, id: said.id, replyTo: said.reply_to });
}

test("what the worker seals is what the home opens, but for the signature, which is another each time", async () => {
  const [made, known] = [decode((await sealed()).text), decode(vector.text)];
  expect(made.length).toBe(known.length);
  // Version and key, then 64 bytes of signature, then what is signed; the tag is over all of it.
  expect(encode(made.slice(0, 66))).toBe(encode(known.slice(0, 66)));
  expect(encode(made.slice(130, 578))).toBe(encode(known.slice(130, 578)));
});

test("a receipt is opened by the answer that it is for, and nothing else is one", async () => {
  const { open: opened } = await sealed();
  const { effect, by, text } = vector.receipt;
  expect(await opened(text)).toEqual({ effect, by });
  for (const none of ["", "triggered", text.slice(4), `${text.slice(0, -2)}AA`, vector.text]) {
    expect(await opened(none)).toBeNull();
  }
});

test("a relay is chosen, says what it learns, and is given up again", async ({ page, home, first }, info) => {
  const relay = async () => ((await (await first.request.get("/api/v1/channels")).json()) as ChannelList).relay_url;
  await signIn(page, home);
  await open(page, home, "/channels");
  await page.getByRole("button", { name: "Choose a relay" }).click();
  const dialog = page.getByRole("dialog", { name: "Answer from away" });
  await expect(dialog).toContainText("It can lose an answer.");
  const address = dialog.getByLabel("Address of the relay");
  await expect(address).toHaveValue("https://ntfy.sh");
  await picture(page, info, "relay", { whole: true });

  await address.fill("https://ntfy.sh/topic");
  await dialog.getByRole("button", { name: "Use this relay" }).click();
  await expect(dialog.getByRole("alert")).toContainText("reads like https://ntfy.sh");
  // None is asked for anything: nobody here can answer by it yet.
  await address.fill("https://relay.invalid");
  await dialog.getByRole("button", { name: "Use this relay" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText("Answers come back by https://relay.invalid.")).toBeVisible();
  await expect(page.getByText("no browser answers by it yet")).toBeVisible();
  await expect(page.getByRole("button", { name: "Change the relay" })).toBeFocused();
  expect(await relay()).toBe("https://relay.invalid");

  // What it asks for is kept, and shown to nobody.
  await page.getByRole("button", { name: "Change the relay" }).click();
  const token = dialog.getByLabel("Access token");
  await expect(token).toHaveAccessibleDescription(/^Only if the server asks for one/);
  await token.fill("tk_0123456789abcdefghijklmnopqrs");
  await dialog.getByRole("button", { name: "Use this relay" }).click();
  await expect(dialog).toHaveCount(0);
  const told = await (await first.request.get("/api/v1/channels")).text();
  expect(JSON.parse(told).relay.has_token).toBe(true);
  expect(told).not.toContain("tk_");
  await page.getByRole("button", { name: "Change the relay" }).click();
  await expect(token).toHaveValue("");
  await expect(token).toHaveAccessibleDescription(/^One is kept/);
  await address.fill("https://another.invalid");
  await expect(token).toHaveAccessibleDescription(/^Only if the server asks for one/);
  await address.fill("https://relay.invalid");
  await dialog.getByRole("button", { name: "Use it without a token" }).click();
  await expect(dialog).toHaveCount(0);
  expect(((await (await first.request.get("/api/v1/channels")).json()) as ChannelList).relay?.has_token).toBe(false);

  await page.getByRole("button", { name: "Change the relay" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Use no relay" }).click();
  await expect(page.getByRole("button", { name: "Choose a relay" })).toBeFocused();
  expect(await relay()).toBeNull();
});

test("that somebody who is signed out may have the relay’s token is said where it is replaced", async ({
  page,
  home,
  first,
}) => {
  await signIn(page, home);
  const list = (await (await first.request.get("/api/v1/channels")).json()) as ChannelList;
  const relay: RelayStatus = {
    url: "https://relay.invalid",
    has_token: true,
    token_is_out: true,
    state: "listening",
    since: null,
    heard_at: null,
    detail: null,
  };
  const told: ChannelList = { ...list, relay_url: relay.url, relay };
  await page.route("**/api/v1/channels", (route) => route.fulfill({ json: told }));
  await open(page, home, "/channels");
  await expect(page.getByText("A device that had the relay’s access token was signed out: replace it.")).toBeVisible();
  relay.token_is_out = false;
  await page.reload();
  await expect(page.getByText("Answers come back by https://relay.invalid.")).toBeVisible();
  await expect(page.getByText("was signed out: replace it.")).toHaveCount(0);
});
