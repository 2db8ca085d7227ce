// A home, as the interface sees it: the operations of src/home/operations.rs, and what is no operation like the others.

import type { DesktopStatus } from "./generated/DesktopStatus";
import type { ErrorBody } from "./generated/ErrorBody";
import type { Event } from "./generated/Event";
import type { FoundHome } from "./generated/FoundHome";
import type { HomeStatus } from "./generated/HomeStatus";
import type { Link } from "./generated/Link";
import { type Operation, type Operations, operations } from "./generated/operations";
import type { Subscribed } from "./generated/Subscribed";

/** A home, as this device sees it. Every operation fails with a `HomeError`. */
export interface Home extends Operations {
  /** Saves the whole history as a file; answers its path where it is known. */
  exportHistory(format: ExportFormat): Promise<string | null>;

  /**
   * Hears what changes, as it happens, until the returned function is called. A `missed` event comes whenever
   * something may not have been heard (at the start, after an interruption): screens then fetch everything anew.
   */
  events(listener: EventListener): () => void;

  /** What only the installed app can do; `null` in a browser. */
  readonly desktop: Desktop | null;
}

/** The operations, each asked by `ask` with what it takes. */
export function askedBy(ask: (operation: Operation, given: unknown[]) => Promise<unknown>): Operations {
  const asked = Object.entries(operations).map(([name, operation]) => [
    name,
    (...given: unknown[]) => ask(operation, given),
  ]);
  return Object.fromEntries(asked);
}

/** What the installed app can do beyond a browser. */
export interface Desktop {
  status(): Promise<DesktopStatus>;
  setAutostart(enabled: boolean): Promise<DesktopStatus>;
  /**
   * Uses the home at another address; an empty one goes back to this computer's own. With the pin of a key that somebody compared;
   * an empty pin forgets the key that the home had.
   */
  connectHome(url: string, clearAccepted: boolean, pin: string | null): Promise<HomeStatus>;
  /** Looks around for homes on this network, for three seconds. Anybody may say that one is here. */
  findHomes(): Promise<FoundHome[]>;
  /** Hears that somebody tapped a notification. */
  onOpenAlert(open: (alertId: string) => void): () => void;
  /** What only a phone can do: where `status` says that this is one. */
  readonly phone: Phone;
}

/** What the app on a phone can do beyond that on a computer. */
export interface Phone {
  /** Has pushes come here, by the key that the home has with push services. The home is yet to be told. */
  subscribe(pushKey: string): Promise<Subscribed>;
  /** Has none come here any more. */
  unsubscribe(): Promise<void>;
  /** Locks the window by the phone's own lock, or not any more. */
  setLock(enabled: boolean): Promise<DesktopStatus>;
  /** Hears of links that open the app, also of the one that it was started by. */
  onLink(follow: (link: Link) => void): () => void;
}

export type ExportFormat = "csv" | "json";

export interface EventListener {
  event(event: Event): void;
  /** Whether events arrive at present. */
  live(live: boolean): void;
}

/** Why an operation failed: a code to match on, a sentence to show. */
export class HomeError extends Error {
  readonly code: string;
  readonly field: string | null;
  readonly retryAfterSeconds: number | null;
  /** Whose PIN would do, for `proof_required`. */
  readonly profileId: string | null;
  /** The key to compare, for `unknown_certificate`. */
  readonly pin: string | null;

  constructor(body: ErrorBody) {
    super(body.message);
    this.name = "HomeError";
    this.code = body.error;
    this.field = body.field ?? null;
    this.retryAfterSeconds = body.retry_after_s ?? null;
    this.profileId = body.profile_id ?? null;
    this.pin = body.pin ?? null;
  }

  /** Whether this device holds no session any more. */
  get signedOut(): boolean {
    return ["not_signed_in", "session_ended", "token_expired", "token_replaced"].includes(this.code);
  }

  /** Whether this device's session is on hold until somebody of the household answers. */
  get held(): boolean {
    return this.code === "session_held";
  }

  /** Whatever was thrown, as a `HomeError`. */
  static from(thrown: unknown): HomeError {
    if (thrown instanceof HomeError) return thrown;
    if (isErrorBody(thrown)) return new HomeError(thrown);
    return new HomeError({ error: "internal", message: String(thrown) });
  }
}

/** Whether something from outside is an error as a home sends it. */
export function isErrorBody(value: unknown): value is ErrorBody {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as ErrorBody).error === "string" &&
    typeof (value as ErrorBody).message === "string"
  );
}
