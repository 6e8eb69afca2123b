// Builds the browser code: each entry becomes dist/ of the same name, minified, with all that it imports. `make browser` runs it.
// What comes out is committed; tests/core/test_browser_code.py holds it against dist/manifest.json, without Node.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const ENTRIES = [
  "app.css",
  "app.js",
  "checkin/scan.css",
  "checkin/scan.js",
  "events/catalogue/catalogue.css",
  "events/interviews/candidate.css",
  "events/interviews/employer.css",
  "events/registrations/register.css",
  "events/workflows/organiser.css",
];
const BANNER = "/*! Passerelle, AGPL-3.0-or-later */";

const root = dirname(fileURLToPath(import.meta.url));
const project = join(root, "..", "..");
const dist = join(root, "dist");

const { metafile, outputFiles } = await esbuild.build({
  absWorkingDir: root,
  entryPoints: ENTRIES,
  outbase: ".",
  outdir: "dist",
  bundle: true,
  minify: true,
  write: false, // a build that fails leaves what is there
  metafile: true,
  format: "esm",
  // A phone that was new five years ago: what its browser lacks is written in older words, or with a prefix.
  target: ["es2020", "chrome96", "firefox94", "safari15"],
  // A picture of a stylesheet lies in it: one request less, and no address that would have to follow the hashed names.
  loader: { ".svg": "dataurl" },
  legalComments: "inline",
  banner: { css: BANNER, js: BANNER },
  logLevel: "warning",
});

const hash = (content) => createHash("sha256").update(content).digest("hex");
const hashes = (paths) => Object.fromEntries([...paths].sort().map((path) => [path, hash(readFileSync(join(root, path)))]));

// All that an entry reaches, also what left no byte: a constant is written where it is used. Packages are held by the lock.
function reached(path, found = new Set()) {
  if (path.includes("node_modules/") || found.has(path)) return found;
  found.add(path);
  for (const { path: next, external } of metafile.inputs[path].imports) {
    if (external) throw new Error(`${path} names ${next}: what a page loads comes from us, so bring it here.`);
    reached(next, found);
  }
  return found;
}

const outputs = {};
for (const { path, contents } of outputFiles) {
  const { entryPoint } = metafile.outputs[relative(root, path)];
  outputs[relative(dist, path)] = { sha256: hash(contents), sources: hashes(reached(entryPoint)) };
}
const manifest = { esbuild: esbuild.version, build: hashes(["build.mjs", "../../package-lock.json"]), outputs };

rmSync(dist, { recursive: true, force: true });
for (const { path, contents } of outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}
writeFileSync(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

// What the tests of accessibility run inside a page.
for (const [name, copy] of [["axe.min.js", "axe.min.js"], ["LICENSE", "axe.LICENSE.txt"], ["LICENSE-3RD-PARTY.txt", "axe.LICENSE-3RD-PARTY.txt"]]) {
  copyFileSync(join(project, "node_modules", "axe-core", name), join(project, "tests", "vendor", copy));
}
