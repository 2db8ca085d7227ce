// A relay: a server that takes and hands out messages as ntfy does (docs/publish.md and docs/subscribe/api.md there), as far as answers
// from away use it; and what a real one may do wrong, on demand.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Message {
  id: string;
  time: number;
  event: "message";
  topic: string;
  message: string;
}

/** Topics as ntfy has them. */
const TOPIC = /^[-_A-Za-z0-9]{1,64}$/;

export class RelayPeer {
  readonly #server: Server;
  readonly #listeners = new Set<{ topics: string[]; answer: ServerResponse }>();
  readonly #kept: Message[] = [];
  #count = 0;
  /** Hands every message out twice. */
  repeats = false;
  /** Answers that it took what is posted to a topic that somebody listens to, and loses it. */
  drops = false;
  /** Takes nothing, with this status. */
  refuses: number | null = null;
  /** Asks for this access token. */
  token: string | null = null;
  /** Everything that anybody sent here: methods, addresses and bodies. */
  seen = "";

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<RelayPeer> {
    const server = createServer();
    const peer = new RelayPeer(server);
    server.on("request", (asked: IncomingMessage, answer: ServerResponse) => void peer.#take(asked, answer));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return peer;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Hands everything out once more that it ever took. */
  replay() {
    for (const message of this.#kept) this.#handOut(message);
  }

  async stop() {
    const stopped = new Promise((done) => this.#server.close(done));
    this.#server.closeAllConnections();
    await stopped;
  }

  async #take(asked: IncomingMessage, answer: ServerResponse) {
    const url = new URL(asked.url ?? "/", this.origin);
    const parts: Buffer[] = [];
    for await (const part of asked) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString("utf8");
    this.seen += `${asked.method} ${asked.url} ${body}\n`;
    // A page of anywhere may publish and subscribe.
    answer.setHeader("access-control-allow-origin", "*");
    answer.setHeader("access-control-allow-headers", "*");
    answer.setHeader("access-control-allow-methods", "GET, PUT, POST, PATCH, DELETE");
    const [, topics = "", what] = url.pathname.split("/");
    const names = topics.split(",");
    if (asked.method === "OPTIONS") answer.writeHead(200).end();
    else if (!names.every((name) => TOPIC.test(name))) answer.writeHead(404).end("404 page not found\n");
    else if (!this.#maySee(asked, url)) refuse(answer, 403, 40301, "forbidden");
    else if (asked.method === "POST" && what === undefined) this.#publish(topics, body, answer);
    else if (asked.method === "GET" && what === "json") this.#subscribe(names, url, answer);
    else answer.writeHead(404).end("404 page not found\n");
  }

  /** Whether the token that it asks for is there: in the header, or in the query as the header's value in base64url. */
  #maySee(asked: IncomingMessage, url: URL): boolean {
    if (this.token === null) return true;
    const inQuery = Buffer.from(url.searchParams.get("auth") ?? "", "base64url").toString("utf8");
    return (asked.headers.authorization ?? inQuery) === `Bearer ${this.token}`;
  }

  #publish(topic: string, body: string, answer: ServerResponse) {
    if (this.refuses !== null) return refuse(answer, this.refuses, 42901, "limit reached");
    this.#count += 1;
    const id = `Msg${String(this.#count).padStart(9, "0")}`;
    const message: Message = { id, time: seconds(), event: "message", topic, message: body.trim() || "triggered" };
    const isListenedTo = [...this.#listeners].some(({ topics }) => topics.includes(topic));
    if (!(this.drops && isListenedTo)) {
      this.#kept.push(message);
      this.#handOut(message);
      if (this.repeats) this.#handOut(message);
    }
    answer.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(message));
  }

  #subscribe(topics: string[], url: URL, answer: ServerResponse) {
    const since = url.searchParams.get("since") ?? "all";
    const from = since === "all" ? 0 : seconds() - Number.parseInt(since, 10);
    const kept = this.#kept.filter(({ topic, time }) => topics.includes(topic) && time >= from);
    answer.writeHead(200, { "content-type": "application/x-ndjson; charset=utf-8" });
    if (url.searchParams.get("poll") === "1") {
      answer.end(kept.map(line).join(""));
      return;
    }
    answer.write(line({ id: "Open00000000", time: seconds(), event: "open", topic: topics.join(",") }));
    for (const message of kept) answer.write(line(message));
    const listener = { topics, answer };
    this.#listeners.add(listener);
    answer.on("close", () => this.#listeners.delete(listener));
  }

  #handOut(message: Message) {
    for (const { topics, answer } of this.#listeners) {
      if (topics.includes(message.topic)) answer.write(line(message));
    }
  }
}

const seconds = () => Math.floor(Date.now() / 1000);

const line = (message: object) => `${JSON.stringify(message)}\n`;

function refuse(answer: ServerResponse, status: number, code: number, error: string) {
  const link = "https://ntfy.sh/docs/publish";
  answer.writeHead(status, { "content-type": "application/json" });
  answer.end(JSON.stringify({ code, http: status, error, link }));
}
