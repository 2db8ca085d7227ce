// Makes relay.json: an answer and its receipt as src/outside/relay/sealed.rs describes them, by the Web Cryptography API and
// without a line of the home's or the worker's own. Run it by `node tests/data/make-relay.mjs > tests/data/relay.json`; the keys
// are new each time.

const { subtle } = globalThis.crypto;
const text = (string) => new TextEncoder().encode(string);
const base64 = (bytes) => Buffer.from(bytes).toString("base64url");
const joined = (...parts) => Buffer.concat(parts.map((part) => (typeof part === "string" ? text(part) : new Uint8Array(part))));
const padded = (object, length) => text(JSON.stringify(object).padEnd(length, " "));

const LABEL = "latchkey relay 1\0";
const ecdh = { name: "ECDH", namedCurve: "P-256" };
const ecdsa = { name: "ECDSA", namedCurve: "P-256" };

const home = await subtle.generateKey(ecdh, true, ["deriveBits"]);
const phone = await subtle.generateKey(ecdh, true, ["deriveBits"]);
const signer = await subtle.generateKey(ecdsa, true, ["sign", "verify"]);
const [homePoint, phonePoint, signerPoint] = await Promise.all(
  [home, phone, signer].map(async ({ publicKey }) => new Uint8Array(await subtle.exportKey("raw", publicKey))),
);

const channelId = "01921f3a-5c00-7000-8000-0000000000c1";
const said = {
  alert_id: "01921f3a-5c00-7000-8000-0000000000a1",
  answer: "not_me",
  token: base64(new Uint8Array(32).fill(0x42)),
  id: base64(new Uint8Array(16).fill(0x11)),
  issued_at: 1790000000000,
  reply_to: base64(new Uint8Array(16).fill(0x22)),
};

const shared = await subtle.deriveBits({ name: "ECDH", public: home.publicKey }, phone.privateKey, 256);
const material = await subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
const context = joined(LABEL, homePoint, phonePoint, channelId);
const derived = async (direction) => {
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: joined(context, direction) };
  return new Uint8Array(await subtle.deriveBits(how, material, 352));
};
const sealed = async (secret, iv, aad, contents) => {
  const key = await subtle.importKey("raw", secret, "AES-GCM", false, ["encrypt"]);
  return subtle.encrypt({ name: "AES-GCM", iv, additionalData: aad }, key, contents);
};

const json = padded(said, 448);
const how = { name: "ECDSA", hash: "SHA-256" };
const signature = await subtle.sign(how, signer.privateKey, joined(context, "signed", json));
const forAnswer = await derived("answer");
const answer = await sealed(
  forAnswer.slice(0, 32),
  forAnswer.slice(32),
  joined(LABEL, "answer", channelId),
  joined(signature, json),
);

const nonce = new Uint8Array(12).fill(0x07);
const receipt = { id: said.id, effect: "already_signed_out", by: "Zoë" };
const forReceipt = await derived("receipt");
const answered = await sealed(
  forReceipt.slice(0, 32),
  nonce,
  joined(LABEL, "receipt", channelId, said.id),
  padded(receipt, 512 - (text("Zoë").length - "Zoë".length)),
);

const secretOf = async ({ privateKey }) => (await subtle.exportKey("jwk", privateKey)).d;
const vector = {
  home_secret: await secretOf(home),
  home_key: base64(homePoint),
  phone_secret: await secretOf(phone),
  phone_key: base64(phonePoint),
  signer_secret: await secretOf(signer),
  reply_key: base64(signerPoint),
  channel_id: channelId,
  said,
  text: base64(joined([1], phonePoint, answer)),
  receipt: { ...receipt, nonce_byte: 7, text: base64(joined(nonce, answered)) },
};
console.log(JSON.stringify(vector, null, 2));
