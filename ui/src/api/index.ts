// Picks how the home is reached: commands in the installed app's window, HTTP everywhere else.

import { remembering } from "../offline/remembering";
import type { Home } from "./home";
import { httpHome } from "./http";
import { tauriHome } from "./tauri";

/** Whether this runs in the installed app's window. */
export const inWindow = "__TAURI_INTERNALS__" in window;

/** The home; while it does not answer, what is known of it. */
export const home: Home = remembering(inWindow ? tauriHome : httpHome);

export type { DesktopStatus } from "./generated/DesktopStatus";
export type { Desktop, ExportFormat, Home, Phone } from "./home";
export { HomeError } from "./home";
