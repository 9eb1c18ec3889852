import packageJson from "../../package.json" with { type: "json" };

/** The version of this Almanac, as the package has it. */
export const VERSION: string = packageJson.version;
