// A pointer for a Wayland compositor without devices.

import { spawn, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { join } from "node:path";
import { SYSTEM_PYTHON } from "../support/environment.ts";
import { present, waitFor } from "../support/wait.ts";

/** A pointer whose movements and clicks are a test's. */
export class Pointer {
  private readonly input: ChildProcess;

  private constructor(input: ChildProcess) {
    this.input = input;
  }

  static async start(compositor: "kwin" | "wlroots"): Promise<Pointer> {
    const script = join(import.meta.dirname, "wayland_pointer.py");
    const input = spawn(SYSTEM_PYTHON, [script, compositor], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    let said = "";
    input.stdout.on("data", (data: Buffer) => (said += data.toString()));
    await waitFor("the pointer", () => said.includes("ready"));
    // It ends with the session, for which this process must not wait.
    input.unref();
    for (const stream of [input.stdin, input.stdout]) (stream as unknown as Socket).unref();
    return new Pointer(input);
  }

  click(x: number, y: number): void {
    present(this.input.stdin).write(`${x} ${y}\n`);
  }
}
