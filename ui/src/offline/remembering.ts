// A home whose answers are remembered: while it does not answer, what is known is told instead. Whoever asks need not know;
// that it is known only, and as of when, is told by `reach`.

import type { Alert } from "../api/generated/Alert";
import type { Home } from "../api/home";
import { HomeError } from "../api/home";
import { keeping, MOST_ALERTS, MOST_DEVICES, recall } from "./known";
import { isAway, reach } from "./reach.svelte";

/** The same home, remembered. */
export function remembering(home: Home): Home {
  const reads: Pick<Home, "session" | "devices" | "device" | "alerts" | "alert" | "events"> = {
    async session() {
      const keep = keeping();
      const session = await noted(home.session());
      // A child's, or one that nobody has chosen a profile on, is worth nothing without the home.
      if (session.may_manage && session.profile) keep("session", session);
      return session;
    },

    async devices(query) {
      const { limit: _, ...narrowed } = query;
      const whole = Object.values(narrowed).every((value) => value === undefined || value === null || value === "");
      const keep = keeping();
      return orKnown(
        async () => {
          const page = await noted(home.devices(query));
          if (whole) keep("devices", page.devices.slice(0, MOST_DEVICES));
          return page;
        },
        async () => {
          const known = whole ? await recall("devices") : null;
          return known && { devices: known.value, next_cursor: null };
        },
      );
    },

    device: (id) =>
      orKnown(
        () => noted(home.device(id)),
        async () => {
          const device = (await recall("devices"))?.value.find((each) => each.id === id);
          return device ? { device, address: null, let_in: [], history: [] } : null;
        },
      ),

    async alerts(query) {
      const whole = !query.state && !query.cursor;
      const keep = keeping();
      return orKnown(
        async () => {
          const page = await noted(home.alerts(query));
          if (whole) keep("alerts", page.alerts.slice(0, MOST_ALERTS));
          return page;
        },
        async () => {
          const known = query.cursor ? null : await recall("alerts");
          const asked = ({ state }: Alert) => !query.state || state === query.state;
          return known && { alerts: known.value.filter(asked), next_cursor: null };
        },
      );
    },

    alert: (id) =>
      orKnown(
        () => noted(home.alert(id)),
        async () => {
          const alert = (await recall("alerts"))?.value.find((each) => each.id === id);
          const device = alert && (await recall("devices"))?.value.find((each) => each.id === alert.device_id);
          return alert && device ? { alert, device } : null;
        },
      ),

    events: (listener) =>
      home.events({
        event: (event) => {
          // `missed` may come from this side, when nothing is heard.
          if (event.type !== "missed") reach.answered();
          listener.event(event);
        },
        live: (live) => listener.live(live),
      }),
  };

  return new Proxy(home, {
    get(target, name: keyof Home) {
      const own = (reads as Partial<Home>)[name];
      if (own) return own;
      const operation = target[name];
      if (typeof operation !== "function") return operation;
      return (...asked: unknown[]) =>
        noted((operation as (...asked: unknown[]) => Promise<unknown>).apply(target, asked));
    },
  });
}

/** Waits for an answer, and notes whether the home gave one. */
async function noted<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    const answer = await asked;
    reach.answered();
    return answer;
  } catch (thrown) {
    const error = HomeError.from(thrown);
    if (isAway(error)) reach.failed(error);
    else reach.answered();
    throw thrown;
  }
}

/** Asks the home; where it does not answer, tells what is known. What is away already is not waited for. */
async function orKnown<Answer>(ask: () => Promise<Answer>, known: () => Promise<Answer | null>): Promise<Answer> {
  if (reach.asOf !== null) {
    const told = await known();
    if (told) return told;
  }
  try {
    return await ask();
  } catch (thrown) {
    if (!isAway(HomeError.from(thrown))) throw thrown;
    const told = await known();
    if (!told) throw thrown;
    return told;
  }
}
