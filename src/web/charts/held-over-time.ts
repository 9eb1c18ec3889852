import type { VNode } from "preact";
import { scaleLinear } from "d3-scale";
import type { AccuracyReport } from "../../domain/accuracy.ts";
import { element as e } from "../element.ts";
import { gibHours } from "../parts/held-hours.ts";
import { dayText } from "../parts/time.ts";
import { amountAxis, bottomAxis } from "./axes.ts";
import { chart, short, type Canvas } from "./figure.ts";

const GIB = 1024 ** 3;
/** Of the room of a span, so that the spans stand apart. */
const BAR_SHARE = 0.8;
/** Of one span alone, units of the picture. */
const WIDEST_BAR = 60;

type Span = { day: string; used: number; unused: number; lost: number };

/** The memory that runs held in each span of time: used, held without need, and lost with attempts that died. */
export function heldChart({ over_time }: AccuracyReport, sentence: string): VNode {
  const spans = over_time.map(({ from, accuracy }): Span => {
    const { used = 0, unused = 0, lost = 0 } = accuracy.resources.memory?.held ?? {};
    return { day: dayText(from), used, unused, lost };
  });
  return chart({
    sentence,
    legend: [
      { look: "bar-used", mark: "area", word: "used" },
      { look: "bar-reserved", mark: "area", word: "reserved and not used" },
      { look: "bar-late", mark: "area", word: "lost: the run died of it" },
    ],
    points: spans.map(({ day, used, unused, lost }, index) => ({
      x: index + 0.5,
      y: used + unused + lost,
      reach: 0.5,
      text: `${day}: ${gibHours(used)} used, ${gibHours(unused)} not used, ${gibHours(lost)} GiB·h lost`,
    })),
    draw: (canvas) => draw(canvas, spans),
  });
}

function draw(canvas: Canvas, spans: readonly Span[]) {
  const top = Math.max(...spans.map(({ used, unused, lost }) => used + unused + lost)) * 1.05 || 1;
  const x = scaleLinear([0, spans.length], [canvas.left, canvas.right]);
  const y = scaleLinear([0, top], [canvas.bottom, canvas.top]);
  const width = Math.min(WIDEST_BAR, (x(1) - x(0)) * BAR_SHARE);
  const ticks = scaleLinear([0, top / GIB], [0, 1]).ticks(4);
  const bar = (index: number, from: number, to: number, look: string) =>
    to <= from
      ? []
      : [
          e("rect", {
            class: look,
            x: short(x(index + 0.5) - width / 2),
            y: short(y(to)),
            width: short(width),
            height: short(y(from) - y(to)),
          }),
        ];
  return {
    x: [0, spans.length] as const,
    y: [0, top] as const,
    marks: [
      ...amountAxis(
        canvas,
        ticks.map((tick) => ({ at: y(tick * GIB), text: String(tick) })),
      ),
      ...bottomAxis(
        canvas,
        spans.map(({ day }, index) => ({ at: x(index + 0.5), text: day.slice(5) })),
      ),
      ...spans.flatMap(({ used, unused, lost }, index) => [
        ...bar(index, 0, used, "bar-used"),
        ...bar(index, used, used + unused, "bar-reserved"),
        ...bar(index, used + unused, used + unused + lost, "bar-late"),
      ]),
    ],
  };
}
