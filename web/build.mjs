// Builds web/dist: styles for both directions, scripts, fonts. Names carry no digest; the program serves them with an ETag.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import rtlcss from 'rtlcss';
import * as sass from 'sass';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
rmSync(here('dist'), { recursive: true, force: true });
mkdirSync(here('dist/fonts'), { recursive: true });

const css = sass.compile(here('src/main.scss'), {
  style: 'compressed',
  loadPaths: [here('node_modules')],
  silenceDeprecations: ['import'],
  quietDeps: true,
}).css;
writeFileSync(here('dist/ltr.css'), css);
writeFileSync(here('dist/rtl.css'), rtlcss.process(css));

await esbuild.build({
  entryPoints: [here('src/main.ts')],
  bundle: true,
  minify: true,
  target: 'es2019',
  outfile: here('dist/main.js'),
  logLevel: 'warning',
});

for (const [package_, file] of [
  ['noto-sans', 'noto-sans-latin-400-normal.woff2'],
  ['noto-sans', 'noto-sans-latin-700-normal.woff2'],
  ['noto-sans-arabic', 'noto-sans-arabic-arabic-400-normal.woff2'],
  ['noto-sans-arabic', 'noto-sans-arabic-arabic-700-normal.woff2'],
]) {
  cpSync(here(`node_modules/@fontsource/${package_}/files/${file}`), here(`dist/fonts/${file}`));
}
