// A home reached from the installed app's window: the same operations as commands. The only file that imports Tauri.

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Event } from "./generated/Event";
import type { Home } from "./home";
import { HomeError } from "./home";

/** The home this app runs, or is connected to. The token stays on the Rust side. */
export const tauriHome: Home = {
  status: () => call("status"),
  setUp: (request) => call("set_up", { request }),
  signIn: (request) => call("sign_in", { request }),

  session: () => call("session"),
  signOutHere: () => call("sign_out_here"),
  chooseProfile: (choice) => call("choose_profile", { choice }),
  reportActivity: (report) => call("report_activity", { report }),
  profiles: () => call("profiles"),

  devices: (query) => call("devices", { query }),
  device: (id) => call("device", { id }),
  changeDevice: (id, change) => call("change_device", { id, change }),
  mergeDevice: (id, merge) => call("merge_device", { id, merge }),
  separateDevice: (id) => call("separate_device", { id }),
  signOutDevice: (id) => call("sign_out_device", { id }),
  signOutDevices: (request) => call("sign_out_devices", { request }),

  alerts: (query) => call("alerts", { query }),
  alert: (id) => call("alert", { id }),
  answerAlert: (id, answer) => call("answer_alert", { id, answer }),

  alertSettings: () => call("alert_settings"),
  changeAlertSettings: (change) => call("change_alert_settings", { change }),

  history: (query) => call("history", { query }),
  exportHistory: async (format) => (await call<{ path: string }>("save_history", { format })).path,

  createProfile: (profile) => call("create_profile", { profile }),
  changeProfile: (id, change) => call("change_profile", { id, change }),
  deleteProfile: (id) => call("delete_profile", { id }),

  changePassword: (change) => call("change_password", { change }),
  markBadgeSeen: () => call("mark_badge_seen"),

  pendingCode: (userCode) => call("pending_code", { userCode }),
  answerCode: (answer) => call("answer_code", { answer }),

  geoStatus: () => call("geo_status"),
  updateGeo: () => call("update_geo"),

  events: (listener) => {
    listener.live(true);
    return hear<Event>("home-event", (event) => listener.event(event));
  },
  desktop: {
    status: () => call("desktop_status"),
    setAutostart: (enabled) => call("set_autostart", { enabled }),
    connectHome: (url) => call("connect_home", { url }),
    onOpenAlert: (open) => hear<string>("open-alert", open),
  },
};

async function call<Answer>(command: string, args?: Record<string, unknown>): Promise<Answer> {
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
