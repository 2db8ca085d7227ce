import { readFileSync } from "node:fs";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

// The front-door pages are the server's, and know no names with a hash in them: their letters have fixed ones.
const letters: Plugin = {
  name: "front-door-letters",
  apply: "build",
  generateBundle() {
    for (const part of ["latin", "latin-ext"]) {
      const file = `node_modules/@fontsource-variable/figtree/files/figtree-${part}-wght-normal.woff2`;
      const source = readFileSync(new URL(file, import.meta.url));
      this.emitFile({ type: "asset", fileName: `letters/figtree-${part}.woff2`, source });
    }
  },
};

// The result is opened from a server's root, from inside its binary and from the installed app: addresses stay relative.
export default defineConfig({
  base: "./",
  define: { __VERSION__: JSON.stringify(version) },
  plugins: [svelte(), letters],
  build: {
    target: "es2022",
    // Browsers with `light-dark()`; older ones get the light colours (see front-door.css).
    cssTarget: ["chrome123", "safari17.5", "firefox120"],
    // Nothing is inlined as data: the strict content policy allows this origin and no other.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The world's outlines are large, and come after everything else.
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What several screens share comes in one piece instead of fifty: fewer questions before the first picture.
          groups: [
            { name: "start", test: /node_modules[\\/](svelte|esm-env|clsx)|vite[\\/]/, priority: 2 },
            {
              name: "shared",
              test: /lucide|bits-ui|src[\\/](parts|i18n)|\.svelte\.ts|src[\\/](theme|api)/,
              minShareCount: 3,
              priority: 1,
            },
          ],
        },
      },
    },
  },
});
