// What the page talks to: comity itself, and Python's file server.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Serves the folder of the page at an origin. */
export async function serveFiles(origin) {
  const { hostname, port } = new URL(origin);
  const folder = new URL("..", import.meta.url).pathname;
  const options = ["--bind", hostname, "--directory", folder, port];
  const server = spawn("python3", ["-m", "http.server", ...options], { stdio: "ignore" });
  await answers(server, origin);
  return server;
}

/** A comity that pages of one origin may call. It can be stopped and started again at the same address. */
export class Service {
  #binary;
  #flags;
  #process;

  constructor(binary, port, origin, ...flags) {
    this.address = `http://127.0.0.1:${port}`;
    this.#binary = binary;
    const addresses = ["--listen", "127.0.0.1:0", "--http-listen", `127.0.0.1:${port}`];
    this.#flags = ["serve", ...addresses, "--cors-origin", origin, ...flags];
  }

  async start() {
    this.#process = spawn(this.#binary, this.#flags, { stdio: ["ignore", "ignore", "pipe"] });
    let log = "";
    this.#process.stderr.on("data", (lines) => (log += lines));
    await answers(this.#process, `${this.address}/openapi.json`, () => log);
  }

  async stop() {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    assert.deepEqual(await ended, [0, null], "comity ends with exit code 0");
  }
}

/** Waits until a process answers at an address. */
async function answers(process, address, log = () => "") {
  for (let attempt = 0; attempt < 200; attempt++) {
    assert.equal(process.exitCode, null, `${process.spawnfile} ended: ${log()}`);
    const response = await fetch(address).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.ok) return;
    await pause(50);
  }
  assert.fail(`nothing answered at ${address}: ${log()}`);
}
