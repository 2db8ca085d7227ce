// What this browser signs its answers with: a key pair that is made once and kept where the worker is, whose secret part no script
// can read, also not this one.

import { encode } from "./sealed";

const DATABASE = "latchkey-replies";
const STORE = "keys";
const KEY = "reply";

/** The pair, made when it is first asked for. */
export async function replyKey(): Promise<CryptoKeyPair> {
  const database = await opened();
  try {
    const kept = await done(database.transaction(STORE).objectStore(STORE).get(KEY));
    if (isPair(kept)) return kept;
    const curve = { name: "ECDSA", namedCurve: "P-256" };
    const made = await crypto.subtle.generateKey(curve, false, ["sign", "verify"]);
    const store = database.transaction(STORE, "readwrite").objectStore(STORE);
    // Somebody may have been quicker: the first one stays.
    await done(store.add(made, KEY)).catch(() => {});
    const first = await done(database.transaction(STORE).objectStore(STORE).get(KEY));
    return isPair(first) ? first : made;
  } finally {
    database.close();
  }
}

/** Its public part, as the home is told it. */
export async function publicReplyKey(): Promise<string> {
  const { publicKey } = await replyKey();
  return encode(new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)));
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return done(request);
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = (event) => {
      // A transaction that fails because of a request that is looked after is nobody else's business.
      event.preventDefault();
      reject(request.error);
    };
  });
}

const isPair = (value: unknown): value is CryptoKeyPair =>
  typeof value === "object" && value !== null && "privateKey" in value && "publicKey" in value;
