// One stream of events from the home, over HTTP: it comes back after every interruption.

import type { Event } from "./generated/Event";

/** What is heard of a stream: an event, or whether it is up. */
export type Heard = { event: Event } | { live: boolean };

/** Nothing was heard until now: whoever listens fetches everything anew. */
export const missed = (): Heard => ({ event: { at: new Date().toISOString(), type: "missed" } });

/**
 * Listens at `address` until the returned function is called, or the home says that the session ended. A browser comes
 * back by itself, and says what it heard last; it gives up for good when it is refused once, so that is tried again here.
 */
export function listenTo(address: string, hear: (heard: Heard) => void, ended: () => void = () => {}): () => void {
  let source: EventSource | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let over = false;
  // The first stream, and one after the browser had given up, know nothing of what was before.
  let fresh = true;

  const open = () => {
    source = new EventSource(address);
    source.onopen = () => {
      failures = 0;
      hear({ live: true });
      if (fresh) hear(missed());
      fresh = false;
    };
    source.onmessage = (message) => {
      const event = JSON.parse(message.data) as Event;
      hear({ event });
      if (event.type === "session_ended") {
        close();
        ended();
      }
    };
    source.onerror = () => {
      hear({ live: false });
      // A browser names the last event that it heard, and there may have been none.
      fresh = true;
      if (over || source?.readyState !== EventSource.CLOSED) return;
      failures += 1;
      again = setTimeout(open, Math.min(30_000, 500 * 2 ** failures));
    };
  };
  const close = () => {
    over = true;
    clearTimeout(again);
    source?.close();
  };

  open();
  return close;
}
