// An answer by a relay, while the home itself cannot be reached: sealed, posted, and waited for the home's receipt. The relay can
// lose it, and that is said.

import { replyKey } from "./reply-key";
import { type Answer, encode, type Receipt, type Sealed, seal, type Way } from "./sealed";

/** How long the receipt is waited for, in milliseconds. */
const PATIENCE_MS = 20_000;
/** How long one question may take. */
const QUESTION_MS = 8_000;
/** Between two questions for the receipt: soon at first, and few in all, as a relay counts them. */
const PAUSES_MS = [500, 1_000, 1_500, 2_000, 3_000];
/** No answer of a relay is longer than this: there is one receipt. */
const MOST_CHARS = 64 * 1024;

/** What came of it: a receipt, none in time, or an answer that could not even be posted. */
export type Carried = Receipt | "unconfirmed" | "not_carried";

/** Sends an answer by a relay. Never fails. */
export async function carry(way: Way, answer: Answer): Promise<Carried> {
  try {
    const { privateKey } = await replyKey();
    const sealed = await seal(way, privateKey, answer);
    // What its push services would do with it is nothing for an answer.
    const posted = await ask(entered(`${way.inboxUrl}?firebase=no`, way), { method: "POST", body: sealed.text });
    if (!posted.ok) return "not_carried";
    return (await receipt(way, sealed)) ?? "unconfirmed";
  } catch (thrown) {
    // What the relay did not answer in time, it may have carried all the same.
    return thrown instanceof DOMException && thrown.name === "TimeoutError" ? "unconfirmed" : "not_carried";
  }
}

async function receipt(way: Way, sealed: Sealed): Promise<Receipt | null> {
  const url = entered(new URL(`/${sealed.replyTo}/json?poll=1&since=all`, way.inboxUrl).href, way);
  const until = Date.now() + PATIENCE_MS;
  for (let asked = 0; Date.now() < until; asked++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSES_MS[Math.min(asked, PAUSES_MS.length - 1)]));
    const lines = await ask(url, {})
      .then((answered) => (answered.ok ? answered.text() : ""))
      .catch(() => "");
    for (const line of lines.slice(0, MOST_CHARS).split("\n")) {
      const opened = await sealed.open(messageOf(line));
      if (opened) return opened;
    }
  }
  return null;
}

/**
 * An address with what the relay asks for, if it does. In the query and not in a header, which a browser sends to another origin only
 * where that names it: ntfy names all of them by `*`, which stands for any but this one (Fetch Standard, CORS protocol).
 */
function entered(url: string, { relayToken }: Way): string {
  if (relayToken === null) return url;
  return `${url}&auth=${encode(new TextEncoder().encode(`Bearer ${relayToken}`))}`;
}

function messageOf(line: string): string {
  try {
    const { event, message } = JSON.parse(line);
    return event === "message" && typeof message === "string" ? message : "";
  } catch {
    return "";
  }
}

/** Neither cookies nor the page's address go along; of what a browser adds by itself there is the origin. */
function ask(url: string, options: RequestInit): Promise<Response> {
  return fetch(url, {
    ...options,
    credentials: "omit",
    referrerPolicy: "no-referrer",
    cache: "no-store",
    redirect: "error",
    signal: AbortSignal.timeout(QUESTION_MS),
  });
}
