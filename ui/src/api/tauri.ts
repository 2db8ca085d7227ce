// A home reached from the installed app's window: every operation by one command. The only file that imports Tauri.

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { withNewer } from "./again";
import type { Event } from "./generated/Event";
import type { Link } from "./generated/Link";
import { askedBy, type Home, HomeError } from "./home";

const operations = askedBy(({ name, takes }, given) => {
  const taken = Object.fromEntries(takes.map(([, argument], index) => [argument, given[index]]));
  return call("ask", { operation: name, arguments: taken });
});

/** The home this app runs, or is connected to. The token stays on the Rust side. */
export const tauriHome: Home = {
  ...operations,
  exportHistory: async (format) => (await call<{ path: string }>("save_history", { format })).path,
  events: (listener) => {
    listener.live(true);
    return hear<Event>("home-event", (event) => listener.event(event));
  },
  desktop: {
    status: () => call("desktop_status"),
    setAutostart: (enabled) => call("set_autostart", { enabled }),
    connectHome: (url, clearAccepted, pin) => call("connect_home", { url, clearAccepted, pin }),
    findHomes: () => call("find_homes"),
    onOpenAlert: (open) => hear<string>("open-alert", open),
    phone: {
      subscribe: (pushKey) => call("subscribe_here", { pushKey }),
      unsubscribe: () => call("unsubscribe_here"),
      setLock: (enabled) => call("set_lock", { enabled }),
      onLink: (follow) => {
        // A computer has no such command, and no such links.
        const take = () =>
          callOnce<Link | null>("opened_link").then(
            (link) => link && follow(link),
            () => {},
          );
        void take();
        return hear("open-link", () => void take());
      },
    },
  },
};

function call<Answer>(command: string, args?: Record<string, unknown>): Promise<Answer> {
  return withNewer(() => callOnce(command, args));
}

async function callOnce<Answer>(command: string, args?: Record<string, unknown>): Promise<Answer> {
  try {
    return await invoke<Answer>(command, args);
  } catch (thrown) {
    throw HomeError.from(thrown);
  }
}

function hear<Payload>(name: string, listener: (payload: Payload) => void): () => void {
  const heard = listen<Payload>(name, (event) => listener(event.payload));
  return () => void heard.then((stop) => stop());
}
