/** A mapping in `/proc/PID/maps` (proc_pid_maps(5)): addresses, permissions, offset, device, inode. */
const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) \S{3}(\S) ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) ([1-9]\d*)/gm;

/**
 * The most shared memory (`shmem`: tmpfs files, `memfd`, System V and anonymous shared segments) that the processes with
 * these mappings can have in use together: the mapped extents of every such file, once. Files of other file systems
 * that cannot be told from tmpfs are included, so it may be more, never less.
 * @param maps the texts of `/proc/PID/maps`
 */
export function sharedSegmentBytes(maps: readonly string[]): number {
  const extents = new Map<string, { from: number; to: number }>();
  for (const text of maps) {
    for (const [, start = "", end = "", sharing, offset = "", device = "", inode = ""] of text.matchAll(MAPPING)) {
      // tmpfs has no device of its own: its major number is 0. What is private elsewhere is file cache or anonymous
      if (sharing !== "s" && !device.startsWith("00:")) continue;
      const from = Number.parseInt(offset, 16);
      const to = from + Number.parseInt(end, 16) - Number.parseInt(start, 16);
      const known = extents.get(`${device}:${inode}`) ?? { from, to };
      extents.set(`${device}:${inode}`, { from: Math.min(known.from, from), to: Math.max(known.to, to) });
    }
  }
  let bytes = 0;
  for (const { from, to } of extents.values()) bytes += to - from;
  return bytes;
}
