import type { Content } from "../../domain/artifact.ts";
import type { Timestamp } from "../../domain/clock.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { RunOutput } from "../../domain/run.ts";

/* The part of `store.ts` that knows which contents there are, and who uses them. */

/** A content in the store of artifacts: it is there under its SHA-256 and this number. */
type Artifact = Content & { id: number };

/** Reading it. */
export type ArtifactReader = {
  /** The content that is kept under a SHA-256, with its number in the store of artifacts; undefined when it is not. */
  artifact(sha256: string): Promise<Artifact | undefined>;
  /** What the newest runs of these requests left; requests that do not exist are absent. */
  newestOutputs(ids: readonly WorkRequestId[]): Promise<Map<WorkRequestId, RunOutput[]>>;
};

/** Changing it. */
export type ArtifactWriter = {
  /** Makes room for a content, or finds it, and keeps it until then at least, though nothing uses it. */
  claimArtifact(content: Content, keepUntil: Timestamp): Promise<{ id: number; is_stored: boolean }>;
  /** Says that a claimed content is there whole; false when it was removed in the meantime. */
  markArtifactStored(id: number): Promise<boolean>;
  /** A request uses these contents from now on; false when one of them is not kept, and then nothing may be committed. */
  useArtifacts(id: WorkRequestId, contents: readonly Content[]): Promise<boolean>;
  /** Contents that nothing uses any more: nobody gets them from now on, and they can be deleted. The same ones until `forgetArtifact`. */
  takeUnusedArtifacts(now: Timestamp, limit: number): Promise<Artifact[]>;
  forgetArtifact(id: number): Promise<void>;
};
