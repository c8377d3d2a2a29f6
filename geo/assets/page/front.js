// The plot of a choice between ways: length or hours against exposed kilometres, a point for each way.
// It is the answer of one day; what a point says is in the table beside it as well.

const FRONT = { height: 196, left: 40, right: 20, top: 26, bottom: 38 };
const FRONT_TICKS = { x: 54, y: 30 };
const POINT = 5;
const CAP = 8; // wider than a point, or a short bar would hide behind it

// What is weighed against exposure. By hours, only where they are known for every way.
function frontAxis(question, ways) {
  const byHours = question.by === "hours" && ways.every((way) => isNumber(way.hours));
  return byHours
    ? { label: "Hours", unit: "hours", value: (way) => way.hours }
    : { label: "Length, km", unit: "km", value: (way) => way.length_m / 1000 };
}

// Room beyond the least and the most, and round steps within it.
function roundScale(least, most, room, apart) {
  const span = most - least || Math.max(most * 0.2, 1);
  const [from, to] = [Math.max(0, least - span * 0.14), most + span * 0.14];
  const rough = ((to - from) * apart) / room;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((times) => times * power).find((one) => one >= rough);
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.floor(to / step + 1e-9) - first + 1;
  return { from, to, ticks: Array.from({ length: count }, (_, at) => (first + at) * step) };
}

function tickWords(value) {
  return value.toLocaleString("en-GB", { maximumFractionDigits: 2 });
}

function frontAxes(across, up, x, y, width, axis) {
  const bottom = FRONT.height - FRONT.bottom;
  return [
    ...up.ticks.flatMap((value) => [
      svg("line", { x1: FRONT.left, x2: width - FRONT.right, y1: y(value), y2: y(value), class: "faint" }),
      svg("text", { x: FRONT.left - 6, y: y(value) + 4, class: "axis", "text-anchor": "end" }, tickWords(value)),
    ]),
    ...across.ticks.flatMap((value) => [
      svg("line", { x1: x(value), x2: x(value), y1: bottom, y2: bottom + 5, class: "tick" }),
      svg("text", { x: x(value), y: bottom + 17, class: "axis", "text-anchor": "middle" }, tickWords(value)),
    ]),
    svg("line", { x1: FRONT.left, x2: width - FRONT.right, y1: bottom, y2: bottom, class: "tick" }),
    svg("text", { x: 0, y: 12, class: "axis title" }, "Exposed, km"),
    svg("text", { x: width - FRONT.right, y: FRONT.height - 4, class: "axis title", "text-anchor": "end" }, axis.label),
  ];
}

// The words of a way, for those who do not see the plot.
function wayWords(way) {
  const range = isBounded(way) ? `, surely ${km(way.sure_m)}, possibly ${km(way.possible_m)}` : "";
  const hours = isNumber(way.hours) ? `, ${Math.round(way.hours)} hours` : "";
  const silent = way.uncovered_m > 0 ? `, ${km(way.uncovered_m)} where nothing is known` : "";
  return `${way.way_id}: ${km(way.length_m)}${hours}, exposed as drawn ${km(way.exposed_m)}${range}${silent}`;
}

function whisker(way, at, y) {
  if (!isBounded(way)) return [];
  const [low, high] = [y(way.sure_m / 1000), y(way.possible_m / 1000)];
  const cap = (height) => svg("line", { x1: at - CAP, x2: at + CAP, y1: height, y2: height });
  return [svg("g", { class: "whisker" }, svg("line", { x1: at, x2: at, y1: low, y2: high }), cap(low), cap(high))];
}

// Beside each point its number, where neither a point nor a number stands yet; the right side is tried first.
function numberSpots(spots) {
  const taken = spots.map(([x, y]) => [x - POINT, y - POINT, 2 * POINT, 2 * POINT]);
  return spots.map(([x, y], place) => {
    const width = 8 * String(place + 1).length;
    const away = POINT + 3;
    const sides = [
      [x + away, y - 6],
      [x - away - width, y - 6],
      [x + away, y - 20],
      [x - away - width, y - 20],
      [x + away, y + 8],
      [x - away - width, y + 8],
    ].map(([left, top]) => [left - 2, top, width + 4, 12]);
    const free = sides.find((side) => !taken.some((other) => overlaps(side, other))) ?? sides[0];
    taken.push(free);
    return [free[0] + 2 + width / 2, free[1] + 10];
  });
}

function frontPoint(way, place, [at, height], number, y) {
  return svg(
    "g",
    {
      role: "button",
      class: "way",
      tabindex: place ? -1 : 0,
      "aria-pressed": "false",
      "aria-label": wayWords(way),
      "data-way": place,
    },
    svg("circle", { cx: at, cy: height, r: touch ? 22 : 14, class: "room" }),
    ...whisker(way, at, y),
    svg("circle", { cx: at, cy: height, r: POINT, class: "point" }),
    svg("text", { x: number[0], y: number[1], "text-anchor": "middle" }, String(place + 1)),
  );
}

// Between two ways there is none: the front goes in steps.
function steps(spots) {
  const words = spots.map(([at, height], place) => (place ? `H${at}V${height}` : `M${at} ${height}`));
  return svg("path", { d: words.join(""), class: "front" });
}

function drawFront(question, ways, width) {
  const axis = frontAxis(question, ways);
  const lengths = ways.map(axis.value);
  const exposed = ways.flatMap((way) => [way.exposed_m, way.possible_m]).filter(isNumber);
  const [wide, tall] = [width - FRONT.left - FRONT.right, FRONT.height - FRONT.top - FRONT.bottom];
  const across = roundScale(Math.min(...lengths), Math.max(...lengths), wide, FRONT_TICKS.x);
  const up = roundScale(0, Math.max(...exposed, 1000) / 1000, tall, FRONT_TICKS.y);
  const x = (value) => FRONT.left + ((value - across.from) / (across.to - across.from)) * wide;
  const y = (value) => FRONT.top + (1 - (value - up.from) / (up.to - up.from)) * tall;
  const spots = ways.map((way) => [x(axis.value(way)), y(way.exposed_m / 1000)]);
  const numbers = numberSpots(spots);
  return svg(
    "svg",
    {
      width,
      height: FRONT.height,
      role: "group",
      "aria-label": `Ways by ${axis.unit === "km" ? "length" : "hours"} and exposed kilometres`,
    },
    ...frontAxes(across, up, x, y, width, axis),
    steps(spots),
    ...ways.map((way, place) => frontPoint(way, place, spots[place], numbers[place], y)),
  );
}
