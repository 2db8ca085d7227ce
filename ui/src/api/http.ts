// A home reached from a browser: fetch for questions, server-sent events for what changes.

import { t } from "../i18n";
import type { Event } from "./generated/Event";
import type { HistoryLine } from "./generated/HistoryLine";
import type { HistoryPage } from "./generated/HistoryPage";
import type { EventListener, ExportFormat, Home } from "./home";
import { HomeError, isErrorBody } from "./home";

const ROOT = "/api/v1";
const PATIENCE_MS = 20_000;
const EXPORT_PATIENCE_MS = 600_000;

/** A home at this page's own origin. The session is in a cookie that no script can read. */
export const httpHome: Home = {
  status: () => get("/status"),
  setUp: (request) => send("POST", "/setup", request),
  signIn: (request) => send("POST", "/sign-in", request),

  session: () => get("/session"),
  signOutHere: () => send("POST", "/sign-out"),
  chooseProfile: (choice) => send("PUT", "/session/profile", choice),
  reportActivity: (report) => send("POST", "/session/activity", report),
  profiles: () => get("/profiles"),

  devices: (query) => get(`/devices${search(query)}`),
  device: (id) => get(`/devices/${encodeURIComponent(id)}`),
  changeDevice: (id, change) => send("PATCH", `/devices/${encodeURIComponent(id)}`, change),
  mergeDevice: (id, merge) => send("POST", `/devices/${encodeURIComponent(id)}/merge`, merge),
  separateDevice: (id) => send("POST", `/devices/${encodeURIComponent(id)}/separate`),
  signOutDevice: (id) => send("POST", `/devices/${encodeURIComponent(id)}/sign-out`),
  signOutDevices: (request) => send("POST", "/devices/sign-out", request),

  alerts: (query) => get(`/alerts${search(query)}`),
  alert: (id) => get(`/alerts/${encodeURIComponent(id)}`),
  answerAlert: (id, answer) => send("POST", `/alerts/${encodeURIComponent(id)}/answer`, answer),

  alertSettings: () => get("/alert-settings"),
  changeAlertSettings: (change) => send("PUT", "/alert-settings", change),

  history: (query) => get(`/history${search(query)}`),
  exportHistory,

  createProfile: (profile) => send("POST", "/profiles", profile),
  changeProfile: (id, change) => send("PATCH", `/profiles/${encodeURIComponent(id)}`, change),
  deleteProfile: (id) => send("DELETE", `/profiles/${encodeURIComponent(id)}`),

  changePassword: (change) => send("PUT", "/account/password", change),
  markBadgeSeen: () => send("POST", "/account/badge-seen"),

  pendingCode: (userCode) => get(`/codes/${encodeURIComponent(userCode)}`),
  answerCode: (answer) => send("POST", "/codes/answer", answer),

  geoStatus: () => get("/geo"),
  updateGeo: () => send("POST", "/geo/update"),

  events: listen,
  desktop: null,
};

const get = <Answer>(path: string): Promise<Answer> => ask(path, {});

const send = <Answer>(method: string, path: string, body?: unknown): Promise<Answer> =>
  ask(path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });

async function ask<Answer>(path: string, request: RequestInit): Promise<Answer> {
  const answer = await reach(path, request);
  return (answer.status === 204 ? undefined : await answer.json()) as Answer;
}

/** Asks, and turns every sort of failure into a `HomeError`. */
async function reach(path: string, request: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(ROOT + path, {
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
    const answer = await reach("/history", {
      headers: { accept: "text/csv" },
      signal: AbortSignal.timeout(EXPORT_PATIENCE_MS),
    });
    download(await answer.blob(), "latchkey-history.csv");
    return null;
  }
  const history: HistoryLine[] = [];
  let cursor: string | undefined;
  do {
    const page: HistoryPage = await get(`/history${search({ limit: 1000, cursor })}`);
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

/** Listens, and comes back after every interruption: a browser gives up by itself when it is refused once. */
function listen(listener: EventListener): () => void {
  let source: EventSource | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let over = false;

  const open = () => {
    source = new EventSource(`${ROOT}/events`);
    source.onopen = () => {
      failures = 0;
      listener.live(true);
      // Whatever happened before this moment was not heard.
      listener.event({ at: new Date().toISOString(), type: "missed" });
    };
    source.onmessage = (message) => {
      const event = JSON.parse(message.data) as Event;
      listener.event(event);
      if (event.type === "session_ended") close();
    };
    source.onerror = () => {
      listener.live(false);
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
