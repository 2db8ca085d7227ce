// A household's server for a test: a stand-in of tests/stand_ins, started anew each time, and told what to do by its control calls.

import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const folder = resolve(import.meta.dirname, "../../tests/stand_ins");

/** How it behaves: well, or as a server does that is away, takes no key, or says that it ended what it did not end. */
export type Mode = "ok" | "away" | "key_refused" | "too_few_rights" | "nonsense" | "slow" | "error" | "other" | "lies";

/** A sign-in there, as a test asks for it. */
interface SignIn {
  person: string;
  client_name: string;
  address?: string;
}

export class StandIn {
  readonly url: string;
  #process: ChildProcess;

  private constructor(process: ChildProcess, url: string) {
    this.#process = process;
    this.url = url;
  }

  /** Starts one: "jellyfin". */
  static async start(name: string): Promise<StandIn> {
    const process = spawn("python3", [join(folder, `${name}.py`)], { stdio: ["ignore", "pipe", "pipe"] });
    let complaint = "";
    process.stderr?.on("data", (text) => {
      complaint += text;
    });
    const port = await new Promise<string>((found, failed) => {
      const lines = createInterface({ input: process.stdout as NodeJS.ReadableStream });
      lines.once("line", (line) => {
        const [, named] = /^listening on (\d+)$/.exec(line) ?? [];
        if (named) found(named);
        else failed(new Error(`the stand-in said ${line}`));
      });
      process.once("error", failed);
      process.once("exit", (code) => failed(new Error(`the stand-in ended with ${code}: ${complaint}`)));
    });
    return new StandIn(process, `http://127.0.0.1:${port}`);
  }

  /** Stops it, and waits for its end. */
  async stop() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((done) => this.#process.once("exit", done));
    this.#process.kill("SIGTERM");
    await ended;
  }

  /** A key that is good. */
  async key(): Promise<string> {
    const { fields } = (await (await fetch(`${this.url}/_test/keys`)).json()) as { fields: Record<string, string> };
    return fields.key ?? "";
  }

  /** Somebody signs in there. */
  signIn = (signIn: SignIn) => this.#control("sign-in", signIn);

  /** From now on it behaves like that. */
  behave = (mode: Mode) => this.#control("mode", { mode });

  async #control(call: string, body: object): Promise<unknown> {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${this.url}/_test/${call}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`the stand-in answered ${answer.status} to ${call}`);
    return answer.json().catch(() => null);
  }
}
