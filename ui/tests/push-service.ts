// A push service, and the part of a browser that reads what comes by it (RFC 8291): the home hands over here what Google's or Mozilla's
// would carry, and a test delivers it to the real service worker.

import { createDecipheriv, createECDH, hkdfSync } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the home pushes, as far as tests look at it. */
export interface Pushed {
  kind: string;
  alert_id: string | null;
}

export class PushService {
  readonly #server: Server;
  readonly #keys = createECDH("prime256v1");
  readonly #auth = Buffer.alloc(16, 7);
  readonly #came: string[] = [];
  #waiting: (() => void) | null = null;

  private constructor(server: Server) {
    this.#server = server;
    this.#keys.generateKeys();
  }

  static async start(): Promise<PushService> {
    const server = createServer();
    const service = new PushService(server);
    server.on("request", (asked: IncomingMessage, answer: ServerResponse) => void service.#take(asked, answer));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return service;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What a browser answers when it subscribes here. */
  get subscription() {
    const keys = { p256dh: this.#keys.getPublicKey("base64url"), auth: this.#auth.toString("base64url") };
    return { endpoint: `${this.origin}/push/a-browser`, keys };
  }

  /** The first push that is the one, waited for: as text, which is what a worker is given. */
  async one(isIt: (pushed: Pushed) => boolean): Promise<string> {
    for (;;) {
      const found = this.#came.find((text) => isIt(JSON.parse(text)));
      if (found !== undefined) return found;
      await new Promise<void>((come) => {
        this.#waiting = come;
      });
    }
  }

  async stop() {
    const stopped = new Promise((done) => this.#server.close(done));
    this.#server.closeAllConnections();
    await stopped;
  }

  async #take(asked: IncomingMessage, answer: ServerResponse) {
    const parts: Buffer[] = [];
    for await (const part of asked) parts.push(part as Buffer);
    this.#came.push(this.#opened(Buffer.concat(parts)));
    answer.writeHead(201, { location: `${this.origin}/message` }).end();
    this.#waiting?.();
    this.#waiting = null;
  }

  /** RFC 8188 section 2.1 and RFC 8291 section 3.4. */
  #opened(body: Buffer): string {
    const salt = body.subarray(0, 16);
    const theirs = body.subarray(21, 86);
    const sealed = body.subarray(86);
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), this.#keys.getPublicKey(), theirs]);
    const material = derived(this.#keys.computeSecret(theirs), this.#auth, info, 32);
    const key = derived(material, salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
    const nonce = derived(material, salt, Buffer.from("Content-Encoding: nonce\0"), 12);
    const cipher = createDecipheriv("aes-128-gcm", key, nonce);
    cipher.setAuthTag(sealed.subarray(-16));
    const padded = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
    // A 2 ends the text, and nothing but zeros comes after it.
    return padded.subarray(0, padded.lastIndexOf(2)).toString("utf8");
  }
}

const derived = (material: Buffer, salt: Buffer, info: Buffer, length: number) =>
  Buffer.from(hkdfSync("sha256", material, salt, info, length));
