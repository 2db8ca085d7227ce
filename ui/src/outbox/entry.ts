// What is to be done at a home that does not answer just now. Only what may safely be done twice is ever kept: a sign-out,
// and an answer to an alert.

import type { Answer } from "../api/generated/Answer";

/** What somebody wants done. */
export type Wish =
  | { kind: "sign_out"; device_id: string; device_name: string }
  | { kind: "answer"; alert_id: string; device_id: string; device_name: string; answer: Answer };

/** How it stands; `late` is one that was not sent in time and is asked for again. */
export type State = "waiting" | "sending" | "sent" | "refused" | "late";

/** One wish and how it stands. Entries are in the order of their ids. */
export interface Entry {
  id: string;
  /** When it was wished, in milliseconds since 1970. */
  at: number;
  wish: Wish;
  state: State;
  /** What came of it, in the home's words. */
  said: string;
}

/** How many hours a wish is kept: who signed in since then may be somebody else, and an answer about something else. */
export const LONGEST_HOURS = 24;

/** Whether it is too old to be sent. */
export const isLate = ({ at }: Entry, now: number): boolean => now - at > LONGEST_HOURS * 3_600_000 || at > now;

/** Whether two wishes are about the same thing: the later one takes the other's place. */
export const sameMatter = (one: Wish, other: Wish): boolean =>
  one.kind === "sign_out"
    ? other.kind === "sign_out" && one.device_id === other.device_id
    : other.kind === "answer" && one.alert_id === other.alert_id;

let made = 0;

/** A new wish, after all that were made before. */
export function entry(wish: Wish, at: number): Entry {
  made += 1;
  // `randomUUID` is there on pages by https only.
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  const id = `${String(at).padStart(15, "0")}-${String(made).padStart(6, "0")}-${random.toString(36)}`;
  return { id, at, wish, state: "waiting", said: "" };
}
