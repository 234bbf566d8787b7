// Runs the cases one after another: main.mjs COMITY [SCREENSHOT_FOLDER]. One line for each, and a last one with the sums.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openBrowser } from "./browser.mjs";
import { freePort, serveFiles, Service } from "./servers.mjs";
import { accessibility } from "./cases/accessibility.mjs";
import { counter } from "./cases/counter.mjs";
import { failures } from "./cases/failures.mjs";
import { keyboard } from "./cases/keyboard.mjs";
import { korean } from "./cases/korean.mjs";
import { looks } from "./cases/looks.mjs";
import { verdicts } from "./cases/verdicts.mjs";

const [binary, shots] = process.argv.slice(2);
if (shots) mkdirSync(shots, { recursive: true });

const origin = `http://127.0.0.1:${await freePort()}`;
const files = await serveFiles(origin);
const service = new Service(binary, await freePort(), origin);
await service.start();
const browser = await openBrowser();

let failed = 0;
const cases = [counter, verdicts, korean, keyboard, accessibility, looks, failures].flatMap(Object.entries);
for (const [name, run] of cases) {
  const started = performance.now();
  const context = await browser.newContext({ viewport: { width: 800, height: 900 } });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(error));
  const open = (query = "") => page.goto(`${origin}/?api=${service.address}&${query}`);
  const shot = async (file) => shots && (await page.screenshot({ path: join(shots, file), fullPage: true }));
  try {
    await run({ page, open, shot, service, origin, binary });
    if (faults.length) throw faults[0];
    console.log(`ok, ${name} (${Math.round(performance.now() - started)} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED, ${name}\n${error.stack.replace(/^/gm, "    ")}`);
  }
  await context.close();
}

await browser.close();
await service.stop();
files.kill();
console.log(`${cases.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
