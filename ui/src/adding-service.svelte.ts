// A service that is being added, or given a new key: what was typed, what proving it came to, and the link that makes a key.

import { inWords } from "./alert-rules.svelte";
import type { FoundServices } from "./api/generated/FoundServices";
import type { NewService } from "./api/generated/NewService";
import type { Service } from "./api/generated/Service";
import type { ServiceCheck } from "./api/generated/ServiceCheck";
import type { ServiceKind } from "./api/generated/ServiceKind";
import type { ServiceLink } from "./api/generated/ServiceLink";
import { home } from "./api/index";
import { household } from "./household.svelte";
import { now } from "./now.svelte";
import { proofs } from "./proof.svelte";

/** How often a link is asked about. */
const LOOK_EVERY_MS = 2_000;

/**
 * A service that is being added, of one kind, or `renewed` that gets a new key. Made while a component is set up. What is typed is kept
 * nowhere but here, and goes with it.
 */
export class AddedService {
  readonly kind: ServiceKind;
  readonly renewed: Service | null;
  url = $state("");
  name = $state("");
  fields = $state<Record<string, string>>({});
  /** The key of its certificate, where a person said that this is it. */
  certificate = $state<string | null>(null);
  /** What a person said that of. */
  letters = $state<string | null>(null);
  link = $state.raw<ServiceLink | null>(null);
  check = $state.raw<ServiceCheck | null>(null);
  working = $state<"proving" | "adding" | "linking" | null>(null);
  problem = $state("");

  constructor(kind: ServiceKind, renewed: Service | null, url: string) {
    this.kind = kind;
    this.renewed = renewed;
    this.url = renewed?.url ?? url;
    // One that was compared before is compared with again: the same server shows it.
    this.certificate = renewed?.certificate_sha256 ?? null;
    for (const { name } of kind.fields) this.fields[name] = "";
    $effect(() => {
      const looking = setInterval(() => void this.#look(), LOOK_EVERY_MS);
      return () => clearInterval(looking);
    });
  }

  /** Whether every step is proven. */
  readonly isGood = $derived(this.check?.state === "ok" && this.check.steps.every(({ state }) => state === "passed"));
  /** Whether the link that was made is not good any more. */
  readonly linkIsOver = $derived(this.link !== null && !this.link.ready && Date.parse(this.link.expires_at) <= now());

  /** Something else was typed: what was proven was of what stood there before. */
  typed() {
    this.check = null;
    this.problem = "";
  }

  /** Another address: what was compared was of the one before. */
  moved() {
    this.certificate = this.url.trim() === this.renewed?.url ? this.renewed.certificate_sha256 : null;
    this.letters = null;
    this.typed();
  }

  /** Proves what was typed, step by step, without adding it. */
  prove() {
    return this.#do("proving", async () => {
      this.check = null;
      this.check = await proofs.with(() => home.proveService(this.#request()));
    });
  }

  /** A person says that the certificate which was shown is the right one; then it is proven again. */
  trust() {
    if (!this.check?.shown_certificate_sha256) return Promise.resolve(false);
    this.certificate = this.check.shown_certificate_sha256;
    this.letters = this.check.shown_certificate_letters;
    return this.prove();
  }

  /** Adds it, or gives it its new key. Answers what was added. */
  async add(): Promise<Service | null> {
    let added: Service | null = null;
    await this.#do("adding", async () => {
      const { renewed } = this;
      added = await proofs.with(() =>
        renewed ? home.changeService(renewed.id, { renewed: this.#request() }) : home.addService(this.#request()),
      );
    });
    return added;
  }

  /** Makes a link by which the key is made. */
  makeLink() {
    return this.#do("linking", async () => {
      this.link = await household.during(home.linkService({ kind: this.kind.kind }));
      this.typed();
    });
  }

  #request(): NewService {
    const given = Object.entries(this.fields).map(([name, value]) => [name, value.trim()] as const);
    const url = this.url.trim();
    const name = this.name.trim();
    return {
      kind: this.kind.kind,
      keys: Object.fromEntries(given.filter(([, value]) => value !== "")),
      ...(this.kind.fixed_url || url === "" ? {} : { url }),
      ...(name === "" ? {} : { name }),
      ...(this.link?.ready ? { link_id: this.link.id } : {}),
      ...(this.certificate ? { certificate_sha256: this.certificate } : {}),
    };
  }

  async #do(what: "proving" | "adding" | "linking", operation: () => Promise<void>): Promise<boolean> {
    if (this.working) return false;
    this.working = what;
    this.problem = "";
    try {
      await operation();
      return true;
    } catch (thrown) {
      this.problem = inWords(thrown);
      return false;
    } finally {
      this.working = null;
    }
  }

  // The person is at the other page meanwhile, so this one looks also while it is hidden.
  async #look() {
    const { link } = this;
    if (!link || link.ready || this.linkIsOver || this.working) return;
    try {
      const seen = await household.during(home.serviceLink(link.id));
      if (this.link?.id === seen.id) this.link = seen;
    } catch {
      // It is asked about again, until it is over.
    }
  }
}

/** Servers in the home network: looked for when somebody asks for it, and never before. */
export class NetworkSearch {
  found = $state.raw<FoundServices | null>(null);
  working = $state(false);
  problem = $state("");

  /** Looks around. Says whether that was possible. */
  async look(): Promise<boolean> {
    if (this.working) return false;
    this.working = true;
    this.problem = "";
    try {
      this.found = await household.during(home.findServices());
      return true;
    } catch (thrown) {
      this.problem = inWords(thrown);
      return false;
    } finally {
      this.working = false;
    }
  }
}
