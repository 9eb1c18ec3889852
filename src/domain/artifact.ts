import type { WorkRequestId } from "./ids.ts";

/** What a file holds: its bytes by their SHA-256 (hex), and how many there are. */
export type Content = {
  /** In hexadecimal digits. */
  sha256: string;
  /** Bytes. */
  size: number;
};

/** Which files of a run are kept. */
export type OutputGlob = {
  /** Relative to the work directory. */
  glob: string;
  /** False: a run that ended well and left nothing that it matches has failed. */
  optional: boolean;
};

/** What a request takes over from one that it depends on, as it was asked for. */
export type Input = {
  /** The request whose newest run left the files. */
  from: WorkRequestId;
  /** Which of its outputs: paths in which `*` stands for any characters, `/` too. */
  match: string[];
  /** The directory below the work directory that they are put into, at their own paths. */
  into: string;
  /** True: it is no mistake when there are none. */
  optional: boolean;
};

/** A file that a run was given. */
export type RunInput = Content & {
  /** Where it is put, below the work directory. */
  path: string;
  /** The request that left it. */
  from: WorkRequestId;
  /** Absent: it is not. */
  executable?: true;
};
