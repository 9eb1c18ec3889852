// The benchmark: sorts numbers with the sorting of one version. COPIES keeps so many copies of them: what a careless change
// would do.
import process from "node:process";

const VERSIONS = {
  built_in: (numbers) => numbers.sort((a, b) => a - b),
  typed: (numbers) => Float64Array.from(numbers).sort(),
};

const [version = "built_in", copies = "0"] = process.argv.slice(2);
const sort = VERSIONS[version];
if (sort === undefined) throw new Error(`there is no version ${version}`);

let seed = 1;
const numbers = Array.from({ length: 200_000 }, () => (seed = (seed * 48_271) % 2_147_483_647));
const kept = Array.from({ length: Number(copies) }, () => Float64Array.from(numbers));
const sorted = sort(numbers);
console.log(`${version}: ${sorted.length} numbers, ${kept.length} copies kept`);
