// Where one is: the part of the address after the "#".

export type Route =
  | { screen: "account" | "security" | "alerts" | "history" | "profiles" | "settings" | "channels" | "drill" }
  | { screen: "services" | "add-service" | "evening" }
  | { screen: "link" | "add-phone" | "sign-in" | "recover" | "setup" | "who" | "connect" }
  | { screen: "devices"; id: string | null }
  | { screen: "alert" | "service" | "plan"; id: string }
  | { screen: "pair"; code: string | null };

const plain = [
  "security",
  "alerts",
  "history",
  "profiles",
  "settings",
  "channels",
  "drill",
  "services",
  "evening",
  "link",
  "add-phone",
  "sign-in",
  "recover",
  "setup",
  "who",
  "connect",
] as const;

/** Reads an address such as "#/devices/ID?kind=tv". An unknown one is the account page. */
export function parse(hash: string): { route: Route; query: URLSearchParams } {
  const [path = "", search = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const [first = "", second] = path.split("/").map(decode);
  const query = new URLSearchParams(search);
  if (first === "devices") return { route: { screen: "devices", id: second || null }, query };
  if (first === "alerts" && second) return { route: { screen: "alert", id: second }, query };
  if (first === "services" && second) {
    return { route: second === "add" ? { screen: "add-service" } : { screen: "service", id: second }, query };
  }
  if (first === "plans" && second) return { route: { screen: "plan", id: second }, query };
  if (first === "pair") return { route: { screen: "pair", code: second || null }, query };
  const screen = plain.find((name) => name === first);
  return { route: { screen: screen ?? "account" }, query };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

class Address {
  #hash = $state(location.hash);
  #parsed = $derived(parse(this.#hash));

  constructor() {
    window.addEventListener("hashchange", () => {
      this.#hash = location.hash;
    });
  }

  get route(): Route {
    return this.#parsed.route;
  }

  get query(): URLSearchParams {
    return this.#parsed.query;
  }

  /** Whether the address names a place at all. */
  get empty(): boolean {
    return this.#hash === "" || this.#hash === "#";
  }
}

/** Where one is. */
export const address = new Address();

/** Goes somewhere: "/devices". */
export function go(path: string) {
  location.hash = path;
}

/** Goes somewhere without a step back to here. */
export function replace(path: string) {
  location.replace(`#${path}`);
}
