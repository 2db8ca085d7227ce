// The operations a home offers, as the interface sees them: the twin of the trait `Home` in src/home/mod.rs.

import type { ActivityReport } from "./generated/ActivityReport";
import type { AlertAnswer } from "./generated/AlertAnswer";
import type { AlertDetail } from "./generated/AlertDetail";
import type { AlertPage } from "./generated/AlertPage";
import type { AlertQuery } from "./generated/AlertQuery";
import type { AlertSettings } from "./generated/AlertSettings";
import type { AlertSettingsChange } from "./generated/AlertSettingsChange";
import type { AnswerOutcome } from "./generated/AnswerOutcome";
import type { CodeAnswer } from "./generated/CodeAnswer";
import type { CurrentSession } from "./generated/CurrentSession";
import type { DesktopStatus } from "./generated/DesktopStatus";
import type { Device } from "./generated/Device";
import type { DeviceChange } from "./generated/DeviceChange";
import type { DeviceDetail } from "./generated/DeviceDetail";
import type { DeviceMerge } from "./generated/DeviceMerge";
import type { DevicePage } from "./generated/DevicePage";
import type { DeviceQuery } from "./generated/DeviceQuery";
import type { ErrorBody } from "./generated/ErrorBody";
import type { Event } from "./generated/Event";
import type { GeoStatus } from "./generated/GeoStatus";
import type { HistoryPage } from "./generated/HistoryPage";
import type { HistoryQuery } from "./generated/HistoryQuery";
import type { HomeStatus } from "./generated/HomeStatus";
import type { NewProfile } from "./generated/NewProfile";
import type { PasswordChange } from "./generated/PasswordChange";
import type { PasswordChanged } from "./generated/PasswordChanged";
import type { PendingCode } from "./generated/PendingCode";
import type { Profile } from "./generated/Profile";
import type { ProfileChange } from "./generated/ProfileChange";
import type { ProfileChoice } from "./generated/ProfileChoice";
import type { ProfileList } from "./generated/ProfileList";
import type { SetupRequest } from "./generated/SetupRequest";
import type { SignedIn } from "./generated/SignedIn";
import type { SignInRequest } from "./generated/SignInRequest";
import type { SignOutMany } from "./generated/SignOutMany";
import type { SignOutReport } from "./generated/SignOutReport";
import type { SignOutResult } from "./generated/SignOutResult";

/** A home, as this device sees it. Every operation fails with a `HomeError`. */
export interface Home {
  status(): Promise<HomeStatus>;
  setUp(request: SetupRequest): Promise<SignedIn>;
  signIn(request: SignInRequest): Promise<SignedIn>;

  session(): Promise<CurrentSession>;
  signOutHere(): Promise<void>;
  chooseProfile(choice: ProfileChoice): Promise<CurrentSession>;
  reportActivity(report: ActivityReport): Promise<void>;
  profiles(): Promise<ProfileList>;

  devices(query: DeviceQuery): Promise<DevicePage>;
  device(id: string): Promise<DeviceDetail>;
  changeDevice(id: string, change: DeviceChange): Promise<Device>;
  mergeDevice(id: string, merge: DeviceMerge): Promise<Device>;
  separateDevice(id: string): Promise<Device>;
  signOutDevice(id: string): Promise<SignOutResult>;
  signOutDevices(request: SignOutMany): Promise<SignOutReport>;

  alerts(query: AlertQuery): Promise<AlertPage>;
  alert(id: string): Promise<AlertDetail>;
  answerAlert(id: string, answer: AlertAnswer): Promise<AnswerOutcome>;

  alertSettings(): Promise<AlertSettings>;
  changeAlertSettings(change: AlertSettingsChange): Promise<AlertSettings>;

  history(query: HistoryQuery): Promise<HistoryPage>;
  /** Saves the whole history as a file; answers its path where it is known. */
  exportHistory(format: ExportFormat): Promise<string | null>;

  createProfile(profile: NewProfile): Promise<Profile>;
  changeProfile(id: string, change: ProfileChange): Promise<Profile>;
  deleteProfile(id: string): Promise<void>;

  changePassword(change: PasswordChange): Promise<PasswordChanged>;
  markBadgeSeen(): Promise<void>;

  pendingCode(userCode: string): Promise<PendingCode>;
  answerCode(answer: CodeAnswer): Promise<void>;

  geoStatus(): Promise<GeoStatus>;
  updateGeo(): Promise<GeoStatus>;

  /**
   * Hears what changes, as it happens, until the returned function is called. A `missed` event comes whenever
   * something may not have been heard (at the start, after an interruption): screens then fetch everything anew.
   */
  events(listener: EventListener): () => void;

  /** What only the installed app can do; `null` in a browser. */
  readonly desktop: Desktop | null;
}

/** What the installed app can do beyond a browser. */
export interface Desktop {
  status(): Promise<DesktopStatus>;
  setAutostart(enabled: boolean): Promise<DesktopStatus>;
  /** Uses the home at another address; an empty one goes back to this computer's own. */
  connectHome(url: string): Promise<HomeStatus>;
  /** Hears that somebody tapped a notification. */
  onOpenAlert(open: (alertId: string) => void): () => void;
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

  constructor(body: ErrorBody) {
    super(body.message);
    this.name = "HomeError";
    this.code = body.error;
    this.field = body.field ?? null;
    this.retryAfterSeconds = body.retry_after_s ?? null;
  }

  /** Whether this device holds no session any more. */
  get signedOut(): boolean {
    return ["not_signed_in", "session_ended", "token_expired"].includes(this.code);
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
