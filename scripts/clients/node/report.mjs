// Runs the cases of one client and prints a line of JSON for each.
import { readFileSync } from "node:fs";

// The version that is installed.
export function version(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
}

export class Report {
  constructor(client, installed = version(client)) {
    Object.assign(this, { client, version: installed });
  }

  // A case passes unless it throws; what it returns is its detail.
  async case(name, check) {
    try {
      this.#print(name, true, (await check()) ?? "");
    } catch (error) {
      this.#print(name, false, `${error?.name}: ${error?.message}`);
      process.exitCode = 1;
    }
  }

  #print(name, ok, detail) {
    console.log(JSON.stringify({ client: this.client, version: this.version, case: name, ok, detail }));
  }
}

// What a call throws; fails when it throws nothing.
export async function thrown(call) {
  let answer;
  try {
    answer = await call();
  } catch (error) {
    return error;
  }
  throw new Error(`nothing was thrown but ${JSON.stringify(answer)} answered`);
}
