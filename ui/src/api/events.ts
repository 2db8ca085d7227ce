// What changes, as one tab hears it: through a stream that all tabs of the browser share, where the browser can. One of the
// tabs listens and tells the others; a worker would ask with other headers than a page, and look like another program.

import type { EventListener } from "./home";
import { type Heard, listenTo, missed } from "./source";

/** The name of the lock that the listening tab holds, and of the channel on which it tells. */
const SHARED = "latchkey-events";

/** Hears what changes until the returned function is called. */
export function listen(address: string, listener: EventListener): () => void {
  const hear = (heard: Heard) => {
    if ("event" in heard) return listener.event(heard.event);
    // For whoever measures, or must not do a thing before it would be heard of.
    if (heard.live) performance.mark("latchkey:listening");
    listener.live(heard.live);
  };
  // Locks are there on pages that browsers trust: by https, and on this computer.
  return "locks" in navigator ? listenTogether(address, hear) : listenTo(address, hear);
}

function listenTogether(address: string, hear: (heard: Heard) => void): () => void {
  const channel = new BroadcastChannel(SHARED);
  const over = new AbortController();
  let leads = false;
  let live = false;

  const tell = (heard: Heard) => {
    if ("live" in heard) live = heard.live;
    hear(heard);
    channel.postMessage(heard);
  };
  channel.onmessage = ({ data }: MessageEvent<Heard | "hello">) => {
    if (data !== "hello") return hear(data);
    if (!leads || !live) return;
    // For a tab that came just now it begins here.
    channel.postMessage({ live } satisfies Heard);
    channel.postMessage(missed());
  };

  // Whoever has the lock listens; when that tab goes, the next one has it.
  const leading = () =>
    new Promise<void>((release) => {
      leads = true;
      const close = listenTo(address, tell, release);
      over.signal.addEventListener("abort", () => {
        close();
        release();
      });
    });
  navigator.locks.request(SHARED, { signal: over.signal }, leading).catch(() => {
    // Nobody waits for it any more.
  });
  channel.postMessage("hello");

  return () => {
    over.abort();
    channel.close();
  };
}
