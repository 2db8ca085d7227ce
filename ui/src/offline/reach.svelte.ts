// Whether the home answers, and since when it does not.

import type { HomeError } from "../api/home";

const GONE = [
  "unreachable",
  "home_unreachable",
  "unknown_certificate",
  "key_changed",
  "http_502",
  "http_503",
  "http_504",
];

/**
 * Whether an error says that the home was not there to answer: it is away, only the proxy before it answers, or somebody else does in
 * its place. What waits to be sent waits for the home.
 */
export const isAway = (error: HomeError): boolean => GONE.includes(error.code);

/** With what somebody is refused who answers in the home's place. */
const OTHERS = ["unknown_certificate", "key_changed"];

class Reach {
  /** While the home does not answer: when it was last heard of, in milliseconds since 1970. Null while it answers. */
  asOf = $state<number | null>(null);
  /** While somebody else answers in the home's place: that, in a sentence. */
  why = $state<string | null>(null);
  #heard: number | null = null;
  readonly #backs = new Set<() => void>();

  /** The home has answered something. */
  answered() {
    this.#heard = Date.now();
    this.why = null;
    if (this.asOf === null) return;
    this.asOf = null;
    for (const back of this.#backs) back();
  }

  /** The home has not answered. Before it ever did, there is nothing that could be as of a time. */
  failed(error: HomeError) {
    this.why = OTHERS.includes(error.code) ? error.message : null;
    if (this.asOf === null) this.asOf = this.#heard;
  }

  /** The home does not answer from the start; what is shown is as of then. */
  startAway(at: number) {
    this.asOf = at;
  }

  /** Calls `back` whenever the home answers again, until the returned function is called. */
  whenBack(back: () => void): () => void {
    this.#backs.add(back);
    return () => this.#backs.delete(back);
  }
}

/** Whether the home answers. */
export const reach = new Reach();
