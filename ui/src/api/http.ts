// A home reached from a browser: fetch for questions, server-sent events for what changes.

import { t } from "../i18n";
import { withNewer } from "./again";
import { listen } from "./events";
import type { HistoryItem } from "./generated/HistoryItem";
import type { HistoryPage } from "./generated/HistoryPage";
import { eventsPath, type Operation, operations } from "./generated/operations";
import { askedBy, type ExportFormat, type Home, HomeError, isErrorBody } from "./home";

const PATIENCE_MS = 20_000;
const EXPORT_PATIENCE_MS = 600_000;

const asked = askedBy(ask);

/** A home at this page's own origin. The session is in a cookie that no script can read. */
export const httpHome: Home = {
  ...asked,
  setUp: (request) => keepingCookies(() => asked.setUp(request)),
  signIn: (request) => keepingCookies(() => asked.signIn(request)),
  // Before the code is used up.
  claimPairing: (request) => keepingCookies(() => asked.claimPairing(request)),
  exportHistory,
  events: (listener) => listen(new URL(eventsPath, location.href).href, listener),
  desktop: null,
};

/**
 * Signs in, unless the browser keeps no cookies: it would be a new device at every try, and signed in at none. What a browser
 * says of itself is not all of it. The home gives a cookie with its status, and refuses whoever does not bring it back.
 */
async function keepingCookies<Answer>(signIn: () => Promise<Answer>): Promise<Answer> {
  if (!navigator.cookieEnabled) throw new HomeError({ error: "cookies_blocked", message: t.errors.cookiesBlocked });
  await asked.status();
  return signIn();
}

async function ask(operation: Operation, given: unknown[]): Promise<unknown> {
  let { path } = operation;
  const request: RequestInit = { method: operation.method };
  for (const [index, [way, name]] of operation.takes.entries()) {
    const value = given[index];
    if (way === "path") path = path.replace(`{${name}}`, encodeURIComponent(String(value)));
    else if (way === "query") path += search(value as object);
    else Object.assign(request, { body: JSON.stringify(value), headers: { "content-type": "application/json" } });
  }
  const answer = await reach(path, request);
  return answer.status === 204 ? undefined : await answer.json();
}

/** Asks, and turns every sort of failure into a `HomeError`. */
const reach = (path: string, request: RequestInit): Promise<Response> => withNewer(() => reachOnce(path, request));

async function reachOnce(path: string, request: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      ...request,
      headers: { accept: "application/json", ...request.headers },
      credentials: "same-origin",
      cache: "no-store",
      signal: request.signal ?? AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new HomeError({ error: "unreachable", message: t.errors.unreachable });
  }
  if (answer.ok) return answer;
  const body: unknown = await answer.json().catch(() => null);
  throw new HomeError(
    isErrorBody(body) ? body : { error: `http_${answer.status}`, message: t.errors.unexpected(answer.status) },
  );
}

function search(query: object): string {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") words.set(name, String(value));
  }
  const text = words.toString();
  return text && `?${text}`;
}

async function exportHistory(format: ExportFormat): Promise<null> {
  if (format === "csv") {
    const answer = await reach(operations.history.path, {
      headers: { accept: "text/csv" },
      signal: AbortSignal.timeout(EXPORT_PATIENCE_MS),
    });
    download(await answer.blob(), "latchkey-history.csv");
    return null;
  }
  const history: HistoryItem[] = [];
  let cursor: string | undefined;
  do {
    const page: HistoryPage = await asked.history({ limit: 1000, cursor });
    history.push(...page.history);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  download(new Blob([JSON.stringify({ history }, null, 2)], { type: "application/json" }), "latchkey-history.json");
  return null;
}

function download(blob: Blob, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has its own hold on the data once the click was handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
