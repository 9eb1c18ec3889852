import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from "node:fs";

const buffer = Buffer.allocUnsafe(65_536);

/**
 * A small file of a kernel file system, kept open: reading it again costs a microsecond
 * where opening it each time costs ten. It is opened by the first use. `text()` is undefined when the file is absent
 * or was removed.
 */
export class KernelFile {
  readonly path: string;
  readonly #flags: "r" | "r+";
  #descriptor: number | undefined;
  #isOpened = false;

  constructor(path: string, flags: "r" | "r+" = "r") {
    this.path = path;
    this.#flags = flags;
  }

  text(): string | undefined {
    const descriptor = this.#opened();
    if (descriptor === undefined) return undefined;
    try {
      const length = readSync(descriptor, buffer, 0, buffer.length, 0);
      return buffer.toString("latin1", 0, length);
    } catch {
      return undefined; // ENODEV: the cgroup or process is gone, which callers treat as "absent"
    }
  }

  /** The file's only number, or undefined (also for `max`). */
  number(): number | undefined {
    return parseNumber(this.text());
  }

  /** Writes at the file's start; false when the kernel refused it. Needs `r+`. */
  write(value: string): boolean {
    const descriptor = this.#opened();
    if (descriptor === undefined) return false;
    try {
      writeSync(descriptor, value, 0);
      return true;
    } catch {
      return false; // not writable on this kernel
    }
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #opened(): number | undefined {
    // older kernels refuse to open for writing what newer ones let us set back
    if (!this.#isOpened) this.#descriptor = openIfThere(this.path, this.#flags) ?? openIfThere(this.path, "r");
    this.#isOpened = true;
    return this.#descriptor;
  }
}

/** The text of a file, or undefined where it cannot be read: absent, not allowed, or its process is gone. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined; // every reason means the same to the callers: this figure is absent
  }
}

/** Writes a value into a kernel file; false when the kernel refused it. */
export function writeIfAllowed(path: string, value: string): boolean {
  try {
    // no O_CREAT: a file that the kernel does not offer must not appear in a recorded tree
    writeFileSync(path, value, { flag: "r+" });
    return true;
  } catch {
    return false; // absent file or refused value: the caller says what that means
  }
}

/** The value after a key in `key value` lines, as `memory.stat` and `cpu.stat` have them. */
export function valueOf(text: string | undefined, key: string): number | undefined {
  if (text === undefined) return undefined;
  let from = text.startsWith(`${key} `) ? 0 : text.indexOf(`\n${key} `);
  if (from < 0) return undefined;
  if (from > 0) from += 1;
  const end = text.indexOf("\n", from);
  return parseNumber(text.slice(from + key.length + 1, end < 0 ? undefined : end));
}

function parseNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d+\s*$/.test(text)) return undefined;
  return Number(text);
}

function openIfThere(path: string, flags: "r" | "r+"): number | undefined {
  try {
    return openSync(path, flags);
  } catch {
    return undefined; // absent on this kernel, or not allowed: the figure is absent
  }
}
