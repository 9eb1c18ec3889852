/** A bucket of a real server that speaks the S3 protocol and checks signatures, on this machine. */
export type Bucket = {
  /** `http://…/BUCKET`. */
  url: string;
  /** What a program needs to enter it. */
  env: Record<string, string>;
  close(): Promise<void>;
};

/** What is used of s3rver, which has no types. */
type S3rver = {
  run(): Promise<{ port: number }>;
  close(): Promise<void>;
};
type S3rverModule = {
  default: new (options: {
    directory: string;
    address: string;
    port: number;
    silent: boolean;
    configureBuckets: { name: string }[];
  }) => S3rver;
};

const NAME = "almanac-artifacts";

/** Starts the server on files below a directory, with one empty bucket. */
export async function startBucket(directory: string): Promise<Bucket> {
  // @ts-expect-error -- it has no types
  const { default: Server } = (await import("@20minutes/s3rver")) as S3rverModule; // the types above say what it has
  const server = new Server({
    directory,
    address: "127.0.0.1",
    port: 0,
    silent: true,
    configureBuckets: [{ name: NAME }],
  });
  const { port } = await server.run();
  return {
    url: `http://127.0.0.1:${port}/${NAME}`,
    // its one account
    env: { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" },
    close: () => server.close(),
  };
}
