import * as fc from "fast-check";

/** Text of any 16-bit units, halves of surrogate pairs and control characters included; quick to make, as fast-check's own is not. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.nat(0x9f), fc.nat(0xff_ff)), { maxLength: 30 })
  .map((units) => String.fromCharCode(...units));
