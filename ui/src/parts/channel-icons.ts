// A picture for each sort of channel.

import BellRing from "@lucide/svelte/icons/bell-ring";
import Globe from "@lucide/svelte/icons/globe";
import Mail from "@lucide/svelte/icons/mail";
import Smartphone from "@lucide/svelte/icons/smartphone";
import Webhook from "@lucide/svelte/icons/webhook";
import type { ChannelKind } from "../api/generated/ChannelKind";

export const channelIcons = {
  web_push: Globe,
  ntfy: BellRing,
  unified_push: Smartphone,
  email: Mail,
  web_hook: Webhook,
} satisfies Record<ChannelKind, unknown>;
