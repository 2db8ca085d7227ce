// A notification's buttons: the answer is sent from here, without a page, and what came of it takes the notification's place.

import { pushed as words } from "../i18n/en/pushed";
import { type Carried, carry } from "./relay";
import { type About, type Pressed, replace } from "./told";

const PATIENCE_MS = 20_000;
/** Where there is another way, the home itself is waited for less: the browser ends all of it after a while. */
const PATIENCE_WITH_RELAY_MS = 6_000;

/**
 * What came of asking the home: what it says it did, and who did something about it last; or why it did nothing, and whether it
 * could not be reached at all.
 */
type Came = { effect: string; signedIn: unknown; by: string | null } | { why: string; away?: true };

/** Presses a button. Never fails: what went wrong is shown. */
export async function press(about: About, pressed: Pressed): Promise<void> {
  const came = pressed === "me" ? await answer(about, "me") : await signOut(about);
  if ("why" in came && came.away && about.reply && about.alertId) {
    const given = { alertId: about.alertId, answer: pressed, issuedAt: Date.now() };
    return tellCarried(about, await carry(about.reply, given));
  }
  if ("why" in came) return replace(about, words.failed, words.because(came.why), { open: true });
  const said = inWords(came);
  const { title, body } = said ?? { title: words.failed, body: words.because(words.unexpected(200)) };
  // Where somebody else had answered before, what the home says of that is news.
  const already = came.effect.startsWith("already_");
  const first = already && came.by !== null ? words.relay.first(came.by) : "";
  // What it was about is still to be read.
  const whole = said ? [first, body, about.title].filter(Boolean).join("\n") : body;
  const answered = said !== null && !already;
  return replace(about, title, whole, { open: said === null, answered });
}

/** What came of an answer that went by the relay. What nobody confirmed is said so, and can be answered again. */
function tellCarried(about: About, carried: Carried): Promise<void> {
  if (typeof carried === "string")
    return replace(about, words.relay[carried].title, words.relay[carried].body, { open: true });
  if (carried.effect === "open_latchkey") {
    return replace(about, words.relay.open_latchkey.title, words.relay.open_latchkey.body, { open: true });
  }
  const said = inWords({ effect: carried.effect, signedIn: undefined });
  if (!said) return replace(about, words.failed, words.because(words.unexpected(200)), { open: true });
  const first = carried.by === null ? "" : words.relay.first(carried.by);
  return replace(about, said.title, [first, said.body, about.title].filter(Boolean).join("\n"), { open: false });
}

function inWords({ effect, signedIn }: { effect: string; signedIn: unknown }): { title: string; body: string } | null {
  if (effect === "already_answered" && signedIn === false) return words.out.already_signed_out;
  const all: Record<string, { title: string; body: string }> = { ...words.out, ...words.answered };
  return Object.hasOwn(all, effect) ? (all[effect] ?? null) : null;
}

/** As whoever is signed in here; where that is not good enough, by the button's own secret, which can do this alone. */
async function signOut(about: About): Promise<Came> {
  const came: Came = about.alertId ? await answer(about, "not_me") : { why: words.elsewhere };
  if (!("why" in came)) return came;
  // The same home at the same address: what does not answer the one does not answer the other.
  if (came.away && about.reply) return came;
  if (about.signOutUrl) return post(about.signOutUrl, { answer: "not_me" }, "omit");
  return about.signsOutElsewhere ? { why: words.elsewhere } : came;
}

async function answer({ alertId, reply }: About, given: Pressed): Promise<Came> {
  if (!alertId) return { why: words.elsewhere };
  const patience = reply ? PATIENCE_WITH_RELAY_MS : PATIENCE_MS;
  return post(`/api/v1/alerts/${encodeURIComponent(alertId)}/answer`, { answer: given }, "same-origin", patience);
}

async function post(
  address: string,
  body: object,
  credentials: RequestCredentials,
  patience = PATIENCE_MS,
): Promise<Came> {
  let answered: Response;
  try {
    answered = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
      credentials,
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    });
  } catch {
    return { why: words.unreachable, away: true };
  }
  const said = await answered.json().catch(() => null);
  if (answered.ok && typeof said?.effect === "string") {
    const by = said.alert?.acted_by?.profile_name ?? said.alert?.acted_by?.device_name;
    return { effect: said.effect, signedIn: said.alert?.signed_in, by: typeof by === "string" ? by : null };
  }
  return { why: typeof said?.message === "string" ? said.message : words.unexpected(answered.status) };
}
