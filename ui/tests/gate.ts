// A gate before a home, as a reverse proxy is: it can be shut, so that nobody answers at that address, and opened again.
// And it can show a newer build of the interface than the home has.

import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Page } from "@playwright/test";
import { choosePerson, expect, type Home, LOGIN, PASSWORD } from "./home";

export class Gate {
  readonly #home: Home;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #port = 0;
  /** What each request asked for, as "POST /api/v1/…". */
  readonly asked: string[] = [];
  /** Makes another build of the files of that path out of the home's. */
  newer: Record<string, (text: string) => string> = {};

  private constructor(home: Home) {
    this.#home = home;
  }

  /** An open gate. */
  static async before(home: Home): Promise<Gate> {
    const gate = new Gate(home);
    await gate.open();
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Opens it, at the same address as before. */
  async open() {
    const server = createServer((asked, answer) => this.#pass(asked, answer));
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    await new Promise<void>((open) => server.listen(this.#port, "127.0.0.1", open));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Shuts it: whoever is connected is cut off, and nobody can connect. */
  async shut() {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    const shut = new Promise((done) => server.close(done));
    for (const socket of this.#sockets) socket.destroy();
    await shut;
  }

  #pass(asked: IncomingMessage, answer: ServerResponse) {
    const path = asked.url ?? "/";
    this.asked.push(`${asked.method} ${path}`);
    const change = this.newer[path];
    const headers = { ...asked.headers };
    // A newer build has to be read to be changed, and an unchanged one would not be sent.
    if (change) {
      delete headers["if-none-match"];
      delete headers["accept-encoding"];
    }
    const onward = request(this.#home.url + path, { method: asked.method, headers }, (came) => {
      if (!change) {
        answer.writeHead(came.statusCode ?? 502, came.headers);
        came.pipe(answer);
        return;
      }
      const parts: Buffer[] = [];
      came.on("data", (part) => parts.push(part));
      came.on("end", () => {
        const { etag: _, "content-length": __, ...kept } = came.headers;
        answer.writeHead(came.statusCode ?? 502, kept);
        answer.end(change(Buffer.concat(parts).toString("utf8")));
      });
    });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  }
}

/** Signs in at the gate, and waits until the browser has everything it needs without the home. */
export async function comeIn(page: Page, gate: Gate) {
  await page.goto(`${gate.url}/`);
  await page.getByLabel("Login name").fill(LOGIN);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await choosePerson(page, "Ana");
  await expect(page.getByRole("heading", { level: 1, name: /, Ana$/ })).toBeVisible();
  await page.waitForFunction(() =>
    ["latchkey:kept", "latchkey:complete", "latchkey:installed"].every(
      (name) => performance.getEntriesByName(name).length,
    ),
  );
}
