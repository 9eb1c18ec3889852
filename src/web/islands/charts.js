// @ts-check
/*
 * Lets pointer and arrow keys read the points of a chart, and a drag choose a span of time, which goes into the address.
 * The picture itself is the server's.
 */

/** @typedef {[x: number, y: number, text: string, href: string, reach?: number]} Point */
/** @typedef {{ x0: number, x1: number, left: number, right: number, y0: number, y1: number, bottom: number, top: number }} Place */

const SVG = "http://www.w3.org/2000/svg";
const DRAG_PIXELS = 8;

function enliven() {
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    if (figure instanceof HTMLElement) bringToLife(figure);
  }
}

/** @param {HTMLElement} figure */
function bringToLife(figure) {
  if (figure.querySelector(".reading") !== null || pointsOf(figure).length === 0) return;
  const { box, slider, output, link } = reader(figure);
  figure.append(box);
  /** @param {number} index */
  const read = (index) => {
    const points = pointsOf(figure);
    const at = Math.max(0, Math.min(points.length - 1, index));
    const point = points[at];
    if (point === undefined) return;
    slider.max = String(points.length - 1);
    slider.value = String(at);
    slider.setAttribute("aria-valuetext", point[2]);
    output.value = point[2];
    link.hidden = point[3] === "";
    link.href = point[3];
    showCursor(figure, point);
  };
  slider.addEventListener("input", () => read(Number(slider.value)));
  slider.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !link.hidden) location.assign(link.href);
  });
  for (const svg of figure.querySelectorAll("svg[data-place]")) {
    if (svg instanceof SVGSVGElement) hearPointer(figure, svg, read, link);
  }
}

/** @param {HTMLElement} figure @returns {Point[]} */
function pointsOf(figure) {
  return JSON.parse(figure.dataset.chart ?? "[]"); // written by the server in this form
}

/** @param {HTMLElement} figure */
function reader(figure) {
  const box = document.createElement("div");
  box.className = "reading";
  box.dataset.keep = "";
  const label = document.createElement("label");
  label.textContent = `${figure.dataset.read ?? "Read the points"} `;
  const slider = document.createElement("input");
  slider.type = "range";
  slider.min = "0";
  slider.max = String(pointsOf(figure).length - 1);
  slider.value = slider.max;
  slider.setAttribute("aria-valuetext", pointsOf(figure).at(-1)?.[2] ?? "");
  label.append(slider);
  const output = document.createElement("output");
  const link = document.createElement("a");
  link.textContent = "Open this run";
  link.hidden = true;
  box.append(label, output, link);
  return { box, slider, output, link };
}

/**
 * @param {HTMLElement} figure
 * @param {SVGSVGElement} svg
 * @param {(index: number) => void} read
 * @param {HTMLAnchorElement} link
 */
function hearPointer(figure, svg, read, link) {
  /** @type {number | undefined} */
  let startX;
  svg.addEventListener("pointermove", (event) => {
    const at = inPicture(svg, event);
    if (startX === undefined) return read(nearest(pointsOf(figure), placeOf(svg), at));
    showSpan(svg, startX, at.x);
  });
  svg.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && figure.hasAttribute("data-zoom")) startX = inPicture(svg, event).x;
  });
  svg.addEventListener("pointercancel", () => {
    startX = undefined;
    svg.querySelector(".chosen-span")?.remove();
  });
  svg.addEventListener("pointerup", (event) => {
    const at = inPicture(svg, event);
    const from = startX;
    startX = undefined;
    svg.querySelector(".chosen-span")?.remove();
    if (from !== undefined && Math.abs(at.x - from) > DRAG_PIXELS) return zoom(placeOf(svg), from, at.x);
    read(nearest(pointsOf(figure), placeOf(svg), at));
    if (!link.hidden && event.pointerType === "mouse") location.assign(link.href);
  });
}

/** @param {SVGSVGElement} svg @returns {Place} */
function placeOf(svg) {
  const numbers = (svg.dataset.place ?? "").split(" ").map(Number);
  const [x0 = 0, x1 = 1, left = 0, right = 1, y0 = 0, y1 = 1, bottom = 1, top = 0] = numbers;
  return { x0, x1, left, right, y0, y1, bottom, top };
}

/** @param {SVGSVGElement} svg @param {PointerEvent} event */
function inPicture(svg, event) {
  const matrix = svg.getScreenCTM();
  const at = new DOMPoint(event.clientX, event.clientY);
  return matrix === null ? at : at.matrixTransform(matrix.inverse());
}

/** @param {Place} place @param {Point} point */
function pixelOf({ x0, x1, left, right, y0, y1, bottom, top }, [x, y]) {
  return {
    x: left + ((x - x0) / (x1 - x0)) * (right - left),
    y: bottom + ((y - y0) / (y1 - y0)) * (top - bottom),
  };
}

/** @param {Point[]} points @param {Place} place @param {{ x: number, y: number }} at */
function nearest(points, place, at) {
  let best = 0;
  let least = Infinity;
  for (const [index, each] of points.entries()) {
    const { x, y } = pixelOf(place, each);
    const reach = (((each[4] ?? 0) / (place.x1 - place.x0)) * (place.right - place.left)) | 0;
    const beside = Math.max(0, Math.abs(x - at.x) - reach);
    // along the time first: that is what the pointer is moved by; but what has a reach lies in rows
    const distance = beside ** 2 + ((y - at.y) * (each[4] === undefined ? 0.25 : 4)) ** 2;
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}

/** @param {HTMLElement} figure @param {Point} point */
function showCursor(figure, point) {
  for (const svg of figure.querySelectorAll("svg[data-place]")) {
    if (!(svg instanceof SVGSVGElement)) continue;
    const place = placeOf(svg);
    const { x, y } = pixelOf(place, point);
    const cursor = svg.querySelector(".cursor") ?? svg.appendChild(document.createElementNS(SVG, "path"));
    cursor.setAttribute("class", "cursor");
    cursor.setAttribute("data-keep", "");
    cursor.setAttribute("d", `M${x} ${place.bottom}V${place.top}M${x - 6} ${y}a6 6 0 1 0 12 0a6 6 0 1 0 -12 0`);
  }
}

/** @param {SVGSVGElement} svg @param {number} from @param {number} to */
function showSpan(svg, from, to) {
  const { top, bottom } = placeOf(svg);
  const span = svg.querySelector(".chosen-span") ?? svg.appendChild(document.createElementNS(SVG, "rect"));
  span.setAttribute("class", "chosen-span");
  span.setAttribute("x", String(Math.min(from, to)));
  span.setAttribute("width", String(Math.abs(to - from)));
  span.setAttribute("y", String(top));
  span.setAttribute("height", String(bottom - top));
}

/** @param {Place} place @param {number} from @param {number} to */
function zoom({ x0, x1, left, right }, from, to) {
  /** @param {number} x */
  const moment = (x) => new Date(x0 + ((x - left) / (right - left)) * (x1 - x0)).toISOString();
  const address = new URL(location.href);
  address.searchParams.set("since", moment(Math.min(from, to)));
  address.searchParams.set("until", moment(Math.max(from, to)));
  address.searchParams.delete("cursor");
  location.assign(address);
}

document.addEventListener("almanac:changed", enliven);
enliven();
