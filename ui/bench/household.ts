// Devices that sign in by code (RFC 8628), each let in by one that is signed in already. Passwords would not do: an
// account takes five at once and two a minute, and the bench measures the home with its limits as they are. A code may
// be allowed ten times at once by each session, so the household is as large as the rounds need.

import type { CodeAnswer } from "../src/api/generated/CodeAnswer";
import type { SignOutResult } from "../src/api/generated/SignOutResult";
import { type Home, PIN } from "../tests/home";
import { now } from "./row";

/** How many codes a session may answer at once (src/access/limits.rs). */
const CODES_AT_ONCE = 10;

/**
 * Large public networks of six countries of Europe: devices sign in here and there, so that there is a place that is
 * new on the map each time. That is the most a screen has to do.
 */
const NETWORKS = ["85.240", "80.58", "90.0", "87.128", "79.0", "86.128"];

/** A device that was let in. */
export interface Member {
  id: string;
  token: string;
  /** When it asked to sign in, and when the answer was there: milliseconds since 1970. */
  asked: number;
  answered: number;
}

/** RFC 8628 section 3.2, RFC 6749 section 5.1: as much of the answers as is used. */
type Codes = { device_code: string; user_code: string };
type Tokens = { access_token: string; device_id: string };

/** A home's devices, and how many codes each may still allow. */
export class Household {
  readonly #home: Home;
  readonly #profile: string;
  readonly #hosts: { token: string; left: number }[];
  #addresses = 0;

  /** `first` is the token of a device that may manage, and `profile` the one that uses every other. */
  constructor(home: Home, first: string, profile: string) {
    this.#home = home;
    this.#profile = profile;
    this.#hosts = [{ token: first, left: CODES_AT_ONCE }];
  }

  /** Lets in as many phones as are needed to let `guests` devices in after them; answers with how many. */
  async growFor(guests: number): Promise<number> {
    let phones = 0;
    while (this.#hosts.reduce((sum, { left }) => sum + left, 0) < guests) {
      phones += 1;
      const signIn = await this.knock(`Phone ${phones}`, "phone");
      this.#hosts.push({ token: (await signIn()).token, left: CODES_AT_ONCE });
    }
    return phones;
  }

  /** A device asks for a code and is allowed; what is returned signs it in. */
  async knock(device_name: string, device_kind: string): Promise<() => Promise<Member>> {
    // Each from an address of its own, as if a proxy stood before the home: an address has a limit too.
    this.#addresses += 1;
    const network = NETWORKS[this.#addresses % NETWORKS.length];
    const headers = { "x-forwarded-for": `${network}.${this.#addresses % 256}.7` };
    const asking = new URLSearchParams({ client_id: "bench", device_name, device_kind });
    const codes = await this.#ask<Codes>("/device_authorization", { body: asking, headers });
    const host = this.#hosts.find(({ left }) => left > 0);
    if (!host) throw new Error("nobody is left who may allow a code");
    host.left -= 1;
    // What is proven with a call is good for that call; of passwords an account may be given a few a minute only.
    const allowed: CodeAnswer = { user_code: codes.user_code, decision: "allow", profile_id: this.#profile, pin: PIN };
    await this.#ask<object>("/api/v1/codes/answer", {
      body: JSON.stringify(allowed),
      headers: { "content-type": "application/json", authorization: `Bearer ${host.token}` },
    });
    const redeeming = new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      device_code: codes.device_code,
    });
    return async () => {
      const asked = now();
      const answer = await this.#ask<Tokens>("/token", { body: redeeming, headers });
      return { id: answer.device_id, token: answer.access_token, asked, answered: now() };
    };
  }

  /** The first device signs another out; answers with the time at which that was answered. */
  async signOut(id: string): Promise<number> {
    const authorization = `Bearer ${this.#hosts[0]?.token}`;
    const report = await this.#ask<SignOutResult>(`/api/v1/devices/${id}/sign-out`, { headers: { authorization } });
    const answered = now();
    if (report.effect !== "signed_out") throw new Error(`not signed out: ${JSON.stringify(report)}`);
    return answered;
  }

  async #ask<Answer>(path: string, request: RequestInit): Promise<Answer> {
    const answer = await fetch(this.#home.url + path, { method: "POST", ...request });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text || "{}");
  }
}
