import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
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

/** The service worker's name has no hash: browsers look for a newer one under the name that they know. */
const WORKER = "sw.js";

/** Files that the server puts behind its own pages only, and that no page of the interface asks for. */
const notOfTheInterface = /^(front-door|letters\/)/;

// The service worker keeps the interface's files, and so must know what they are called in this build.
const shell: Plugin = {
  name: "service-worker-shell",
  apply: "build",
  generateBundle: {
    // After everything has its name, and the page its script.
    order: "post",
    handler(_options, bundle) {
      const worker = bundle[WORKER];
      const page = bundle["index.html"];
      if (worker?.type !== "chunk" || page?.type !== "asset") this.error("no service worker, or no page");
      // A script of its own, in one piece: not every browser takes modules there.
      if (worker.imports.length > 0 || worker.exports.length > 0) this.error("the service worker must stand alone");
      const start = Object.values(bundle).find((file) => file.type === "chunk" && file.isEntry && file !== worker);
      if (!start || !String(page.source).includes(start.fileName)) this.error("the page has no script");

      const ours = (name: string) => name !== WORKER && name !== "index.html" && !notOfTheInterface.test(name);
      const made = Object.keys(bundle).filter(ours).sort();
      const copied = readdirSync(new URL("public/", import.meta.url), { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile())
        .map((file) => join(relative(new URL("public", import.meta.url).pathname, file.parentPath), file.name))
        .filter(ours)
        .sort();
      const hash = createHash("sha256").update(page.source);
      for (const name of copied) hash.update(name).update(readFileSync(new URL(`public/${name}`, import.meta.url)));
      for (const name of made) hash.update(name);
      const [hashed, named] = [made.filter(isHashed), [...made.filter((name) => !isHashed(name)), ...copied]];
      const rooted = (names: string[]) => names.map((name) => `/${name}`);
      const files = {
        version: hash.digest("hex").slice(0, 16),
        entry: start.fileName,
        hashed: rooted(hashed),
        named: rooted(named),
      };
      worker.code = worker.code
        .replaceAll(/\b__SHELL__\b/g, () => "SHELL")
        .replace(/^/, `const SHELL=${JSON.stringify(files)};`);
    },
  },
};
const isHashed = (name: string) => name.startsWith("assets/");

// The result is opened from a server's root, from inside its binary and from the installed app: addresses stay relative.
export default defineConfig({
  base: "./",
  define: { __VERSION__: JSON.stringify(version) },
  plugins: [svelte(), letters, shell],
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
      input: { index: "index.html", sw: "src/sw/index.ts" },
      output: {
        entryFileNames: ({ name }) => (name === "sw" ? WORKER : "assets/[name]-[hash].js"),
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
