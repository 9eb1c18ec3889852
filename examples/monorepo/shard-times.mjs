// Says how long each shard of a workflow took: reads what `almanac workflow show ID --json` prints.
import { text } from "node:stream/consumers";

const { nodes } = JSON.parse(await text(process.stdin));
const suites = nodes.filter(({ group }) => group !== null);
const secondsOf = (node) => (Date.parse(node.completed_at) - Date.parse(node.started_at)) / 1000;
const shards = [...new Set(suites.map(({ group }) => group))];
const rows = shards
  .map((name) => ({ name, members: suites.filter(({ group }) => group === name) }))
  .map(({ name, members }) => ({
    name,
    count: members.length,
    seconds: members.reduce((sum, node) => sum + (node.started_at === null ? 0 : secondsOf(node)), 0),
  }));
for (const { name, count, seconds } of rows) console.log(`${name}: ${seconds.toFixed(1)}s for ${count} suites`);
const longest = Math.max(...rows.map(({ seconds }) => seconds));
const even = rows.reduce((sum, { seconds }) => sum + seconds, 0) / rows.length;
console.log(`the longest takes ${(longest / even).toFixed(2)}× what even shards would take`);
