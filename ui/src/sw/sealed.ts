// What travels by a relay, which only this browser and the home can read; the format is written down in the home's
// src/outside/relay/sealed.rs. Nothing here knows of notifications or of the network.

/** How an answer goes by a relay, as the home pushed it. */
export interface Way {
  /** Where a sealed answer is posted. */
  inboxUrl: string;
  /** What it is sealed to, base64url. */
  homeKey: string;
  channelId: string;
  /** The secret of the button that was pushed. */
  token: string;
  /** What the relay asks for, if it does. */
  relayToken: string | null;
}

/** What is answered. */
export interface Answer {
  alertId: string;
  answer: string;
  /** By this browser's clock, in milliseconds since 1970. */
  issuedAt: number;
}

/** What the home says to an answer. */
export interface Receipt {
  effect: string;
  /** Who had answered before. */
  by: string | null;
}

/** An answer as it travels, and how its receipt is known. */
export interface Sealed {
  text: string;
  /** The topic that the receipt is posted to. */
  replyTo: string;
  /** Opens what came there; nothing when it is not the receipt of this answer. */
  open: (text: string) => Promise<Receipt | null>;
}

/** What is random in it: made for each answer, and given by a test only. */
export interface Made {
  ephemeral: CryptoKeyPair;
  id: string;
  replyTo: string;
}

const LABEL = "latchkey relay 1\0";
const VERSION = 1;
const SIGNATURE_BYTES = 64;
const NONCE_BYTES = 12;
const PADDED_BYTES = 512;
const CURVE = { name: "ECDH", namedCurve: "P-256" };
/** What topics begin with, so that a relay can give a token rights to these and no others. */
const TOPICS = "latchkey-relay-";

/** Seals an answer for the home, signed with this browser's own key. */
export async function seal(way: Way, signer: CryptoKey, given: Answer, made?: Made): Promise<Sealed> {
  const { ephemeral, id, replyTo } = made ?? (await makeUp());
  const homeKey = decode(way.homeKey);
  const own = new Uint8Array(await crypto.subtle.exportKey("raw", ephemeral.publicKey));
  const home = await crypto.subtle.importKey("raw", homeKey, CURVE, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: home }, ephemeral.privateKey, 256);
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const context = joined(LABEL, homeKey, own, way.channelId);
  const derived = async (direction: string) => {
    const info = joined(context, direction);
    const bits = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
    return new Uint8Array(await crypto.subtle.deriveBits(bits, material, (32 + NONCE_BYTES) * 8));
  };
  const [forAnswer, forReceipt] = [await derived("answer"), await derived("receipt")];

  const { alertId, answer, issuedAt } = given;
  const said = { alert_id: alertId, answer, token: way.token, id, issued_at: issuedAt, reply_to: replyTo };
  const json = padded(JSON.stringify(said), PADDED_BYTES - SIGNATURE_BYTES);
  const how = { name: "ECDSA", hash: "SHA-256" };
  const signature = await crypto.subtle.sign(how, signer, joined(context, "signed", json));
  const contents = joined(new Uint8Array(signature), json);
  const text = await encrypted(forAnswer, contents, joined(LABEL, "answer", way.channelId));

  const key = await cipherKey(forReceipt, "decrypt");
  const additionalData = joined(LABEL, "receipt", way.channelId, id);
  return {
    text: encode(joined(new Uint8Array([VERSION]), own, text)),
    replyTo,
    open: async (receipt) => {
      try {
        const bytes = decode(receipt);
        const [iv, body] = [bytes.slice(0, NONCE_BYTES), bytes.slice(NONCE_BYTES)];
        const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, body);
        const { id: about, effect, by } = JSON.parse(new TextDecoder().decode(opened));
        if (about !== id || typeof effect !== "string") return null;
        return { effect, by: typeof by === "string" ? by : null };
      } catch {
        return null;
      }
    },
  };
}

async function makeUp(): Promise<Made> {
  const ephemeral = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  return { ephemeral, id: random(), replyTo: `${TOPICS}${random()}` };
}

/** 128 bits that nobody guesses. */
const random = () => encode(crypto.getRandomValues(new Uint8Array(16)));

async function encrypted(derived: Uint8Array, contents: Bytes, additionalData: Bytes): Promise<Bytes> {
  const [key, iv] = [await cipherKey(derived, "encrypt"), derived.slice(32)];
  return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, contents));
}

const cipherKey = (derived: Uint8Array, use: "encrypt" | "decrypt") =>
  crypto.subtle.importKey("raw", derived.slice(0, 32), "AES-GCM", false, [use]);

type Bytes = Uint8Array<ArrayBuffer>;

function joined(...parts: (string | Uint8Array)[]): Bytes {
  const bytes = parts.map((part) => (typeof part === "string" ? new TextEncoder().encode(part) : part));
  const whole = new Uint8Array(bytes.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of bytes) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** With spaces at its end, which JSON takes no notice of. */
function padded(json: string, length: number): Bytes {
  const bytes = new TextEncoder().encode(json);
  if (bytes.length > length) throw new Error("the answer is too long");
  return joined(bytes, new Uint8Array(length - bytes.length).fill(0x20));
}

/** Bytes as base64url without padding. */
export const encode = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** Base64url as bytes. Fails for anything else. */
export const decode = (text: string): Bytes =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
