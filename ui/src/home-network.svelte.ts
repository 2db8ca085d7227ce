// Whether the home listens on the home network: how it is, and switching it.

import type { HomeNetwork } from "./api/generated/HomeNetwork";
import type { NoAddress } from "./api/generated/NoAddress";
import { HomeError, home } from "./api/index";
import { household } from "./household.svelte";
import { t } from "./i18n";
import { Latest } from "./latest";
import { proofs } from "./proof.svelte";
import { toasts } from "./toasts.svelte";

/** What switching it on may change. */
const MENDED: (NoAddress | null)[] = ["listens_here_only", "another_network", "port_taken"];

/** Where the home listens, as a screen sees it. Made while a component is set up, and kept current as long as it lives. */
export class HomeNetworkSwitch {
  is = $state.raw<HomeNetwork | null>(null);
  /** Why it is not known. */
  problem = $state("");
  /** Why it could not be switched. */
  refused = $state("");
  working = $state(false);

  #latest = new Latest();

  /** Whether nobody but the home's own computer can open it, and a button may change that. */
  readonly offered = $derived(this.is !== null && this.is.fixed === null && MENDED.includes(this.is.no_address));

  /** The same for a list of what is left to do; nothing where that is otherwise. */
  readonly unreachable = $derived(
    this.is?.no_address && (this.offered || this.refused)
      ? {
          why: t.homeNetwork.none[this.is.no_address],
          another: this.is.on,
          working: this.working,
          problem: this.refused,
          listen: () => void this.listen(),
        }
      : null,
  );

  constructor() {
    void this.load();
    $effect(() =>
      household.hear((event) => {
        if (event.type === "home_network_changed" || event.type === "missed") void this.load();
      }),
    );
  }

  load = async () => {
    if (!household.session?.may_manage) return;
    await this.#latest.answer(
      () => household.during(home.homeNetwork()),
      (is) => {
        this.is = is;
        this.problem = "";
      },
      (thrown) => {
        this.problem = HomeError.from(thrown).message;
      },
    );
  };

  /** Switches it on or off; says whether that was done. */
  turn = async (on: boolean): Promise<boolean> => {
    if (this.working) return false;
    this.working = true;
    this.refused = "";
    let done = false;
    try {
      const is = await proofs.with(() => home.setHomeNetwork({ on }));
      // No earlier answer can know of it.
      this.#latest.ask();
      this.is = is;
      done = true;
    } catch (thrown) {
      this.refused = HomeError.from(thrown).message;
    }
    this.working = false;
    return done;
  };

  /** Switches it on, with a way back beside the message. */
  listen = async (): Promise<boolean> => {
    const done = await this.turn(true);
    if (done) {
      const undo = { text: t.common.undo, run: () => void this.turn(false) };
      toasts.show({ tone: "plain", text: t.homeNetwork.isOn, action: undo });
    }
    return done;
  };
}
