/**
 * CPU time of this thread so far, milliseconds. What watching costs is judged by it and not by the clock:
 * on a machine that is busy with the runs themselves, the clock would make every look seem dear.
 */
export function ownCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
