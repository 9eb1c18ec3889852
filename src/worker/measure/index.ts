/**
 * The stand-alone library behind `import { measure } from "almanac/measure"`.
 * It loads nothing but Node's own modules and the words of the domain.
 */
export { detectMeter, type DetectedMeter, type DetectOptions } from "./detect.ts";
export { measure, type MeasureOptions, type MeasureResult } from "./measure.ts";
export type { Finding, Meter } from "./meter.ts";
