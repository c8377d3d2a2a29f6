// How near conflict events pass the chosen route: Python's answer for days of its own, as a table and as a curve.
// The tab is there only where the answer carries events.

const NEAR_PARTS = ["low", "central", "high", "p5", "p95"];
const CURVE_LEAST = 5;
const TICKS_APART = 34;
const PAPER_ROWS = 13;
const LEAD_M = 5000;

function nearRows(route) {
  return Array.isArray(route?.events) ? route.events.filter((row) => isNumber(row?.within_m) && row.within_m > 0) : [];
}

function hasNear(page) {
  return Boolean(page.found.events) && page.found.routes.some((route) => nearRows(route).length);
}

// Called before the tabs are started and any route is chosen.
function startNear(page) {
  page.hasNear = hasNear(page);
  if (!page.hasNear) return;
  const tab = el("button", { role: "tab", type: "button", id: "tab-near", "aria-controls": "near" }, "Events");
  const panel = el("div", { role: "tabpanel", id: "near", "aria-labelledby": "tab-near", tabindex: 0 });
  document.getElementById("tab-corridors").after(tab);
  document.getElementById("corridors").after(panel);
}

function showNear(page, route) {
  if (!page.hasNear) return;
  const own = page.own?.some((one) => one.route === route);
  const asked = own ? null : page.answer.routes.find((one) => one.route_id === route?.route_id);
  const rows = nearRows(asked);
  const name = route ? route.name || route.route_id : "No route";
  const parts = rows.length
    ? nearParts(page, asked, rows, name)
    : [el("p", {}, `${name}: not measured. How near events pass is measured by “geo expose --events” only, not here.`)];
  document.getElementById("near").replaceChildren(el("h2", {}, "Events near the route"), ...parts);
}

function nearParts(page, route, rows, name) {
  const said = (words, kind = null) => el("p", { class: kind }, words);
  const more = rows.length - PAPER_ROWS;
  return [
    ...(page.layerDay === page.answer.day ? [] : [said(movedWords(page), "edge")]),
    said(nearLead(rows), "lead"),
    said(`${name}: ${nearDays(page)}`, "small"),
    ...nearCurve(route, rows, name),
    nearTable(rows),
    ...(more > 0 ? [said(`${plural(more, "more distance is", "more distances are")} not on this sheet.`, "cut")] : []),
    said(meaningWords(page), "small meaning"),
    ...nearWarnings(page).map((words) => said(words, "small note")),
  ];
}

// ---- words --------------------------------------------------------------------------------------

// The days are [since, until): people are told the last day that counts.
function nearPeriod({ since, until }) {
  const last = dateOf(until);
  const from = since ? day(since) : "the first event";
  const to = until ? day(last ? addDays(last, -1) : until) : "the end of the file";
  return `from ${from} to ${to}`;
}

// One distance in a sentence; the table has them all.
function nearLead(rows) {
  const row = rows.find((one) => one.within_m === LEAD_M) ?? rows[0];
  const radius = `${radiusWords(row.within_m)}${GAP}km`;
  const part = (parts, form, what) => {
    const words = told(parts, form);
    if (!words) return `${what}: ${NONE}`;
    const range = words.low === words.high ? "for sure and at most" : `${words.low} for sure, ${words.high} at most`;
    return `${words.central} ${what} (${range})`;
  };
  return (
    `Likely within ${radius} of the route: ${part(row.events, amount, "events")}, ${part(row.fatalities, amount, "deaths")}. ` +
    `Likely within ${radius} of an event: ${part(row.exposed_m, bareKm, "km of the route")}.`
  );
}

function nearDays(page) {
  const { events } = page.found;
  const files = eventFiles(page);
  const source = files.length ? ` of ${files.join(" and ")}` : "";
  const all = isNumber(events.counted)
    ? `${amount(events.counted)} ${events.counted === 1 ? "event" : "events"}`
    : "events";
  return `${all}${source} counted, ${nearPeriod(events)}.`;
}

function movedWords(page) {
  return `The page shows ${page.asOf ? day(page.asOf) : "another day"}; these events stay those ${nearPeriod(page.found.events)}.`;
}

function meaningWords(page) {
  const { draws, seed } = page.found.events;
  const times = isNumber(draws) ? `${amount(draws)} draws` : "draws";
  const from = isNumber(seed) ? ` (seed ${seed})` : "";
  return (
    "For sure: within the distance whatever the precision of place and day. At most: all that may be. " +
    `Likely: the mean of ${times} of each place and day${from}, with the range that nine of ten draws fall into. ` +
    "Only place and day are in doubt here, not what a source missed."
  );
}

// Warnings about the events, which hold whatever day is shown; some speak of no single file.
const NEAR_RULES = ["event-twice", "releases-mixed", "gap"];

function nearWarnings(page) {
  const files = ["events", ...eventFiles(page)];
  return (page.answer.warnings ?? [])
    .filter((one) => files.includes(one.file) || NEAR_RULES.includes(one.rule))
    .map((one) => (one.file ? `${one.file}: ${one.message}` : one.message));
}

function eventFiles(page) {
  return (page.found.inputs ?? []).filter((input) => input.role === "events").map(fileName);
}

// A count or a mean of counts; what is not nothing is never shown as 0.
function amount(value) {
  if (value > 0 && value < 0.05) return "under 0.1";
  return FORMS[value < 10 && !Number.isInteger(value) ? 1 : 0].format(value);
}

function bareKm(metres) {
  return km(metres, "");
}

function radiusWords(metres) {
  return (metres / 1000).toLocaleString("en-GB");
}

// Null where what is asked for is not known, or only a part of it.
function told(parts, form) {
  if (!NEAR_PARTS.every((part) => isNumber(parts?.[part]))) return null;
  return Object.fromEntries(NEAR_PARTS.map((part) => [part, form(parts[part])]));
}

// ---- the table ----------------------------------------------------------------------------------

function nearCell(parts, form) {
  const words = told(parts, form);
  if (!words) return el("td", { class: "number" }, NONE);
  if (words.low === words.high) return el("td", { class: "number" }, words.low);
  const most = el("span", { class: "most" }, `– ${words.high}`);
  const range = el("span", { class: "small range" }, `${words.p5} to ${words.p95}`);
  return el("td", { class: "number" }, `${words.low} – `, el("strong", {}, words.central), " ", most, range);
}

function nearTable(rows) {
  const heads = ["Within", "Events", "Deaths", "Km of road"].map((words, at) =>
    el("th", { scope: "col", class: at ? "number" : null }, words),
  );
  const row = (one) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, `${radiusWords(one.within_m)}${GAP}km`),
      nearCell(one.events, amount),
      nearCell(one.fatalities, amount),
      nearCell(one.exposed_m, bareKm),
    );
  return el(
    "table",
    {},
    el(
      "caption",
      {},
      "For sure – likely – at most, and the range of nine of ten draws; one number where all are the same",
    ),
    el("thead", {}, el("tr", {}, ...heads)),
    el("tbody", {}, ...rows.map(row)),
  );
}

// ---- the curve ----------------------------------------------------------------------------------

function curvePoints(rows) {
  const known = rows.filter((row) => told(row.exposed_m, bareKm));
  return [...new Map(known.map((row) => [row.within_m, row])).values()].sort((a, b) => a.within_m - b.within_m);
}

function nearCurve(route, rows, name) {
  const points = curvePoints(rows);
  if (points.length < CURVE_LEAST) return [];
  const frame = curveFrame(route, points);
  const drawing = svg(
    "svg",
    { width: frame.width, height: frame.height, role: "img", "aria-label": curveWords(route, points, name) },
    nearHatch(),
    ...curveAxes(route, points, frame),
    ...curveBands(points, frame),
  );
  return [el("figure", {}, drawing, curveKey())];
}

// Radii stand at equal ratios, so that small ones have room beside large ones.
function curveFrame(route, points) {
  const room = document.getElementById("panel").clientWidth - 24;
  const [width, height] = [Math.min(Math.max(room, 240), 560), 190];
  const [left, right, top, bottom] = [46, width - 14, 34, height - 36];
  const [first, last] = [points[0].within_m, points.at(-1).within_m];
  const most = Math.max(isNumber(route.length_m) ? route.length_m : 0, ...points.map((row) => row.exposed_m.high), 1);
  return {
    width,
    height,
    left,
    right,
    top,
    bottom,
    most,
    x: (metres) => left + (Math.log(metres / first) / Math.log(last / first)) * (right - left),
    y: (metres) => bottom - (metres / most) * (bottom - top),
  };
}

function curveBands(points, { x, y }) {
  const along = (part) => points.map((row) => `${x(row.within_m).toFixed(1)},${y(row.exposed_m[part]).toFixed(1)}`);
  const band = (low, high, kind) =>
    svg("polygon", { points: [...along(low), ...along(high).reverse()].join(" "), class: kind });
  return [
    band("low", "high", "band-all"),
    band("p5", "p95", "band-most"),
    svg("polygon", { points: [...along("p5"), ...along("p95").reverse()].join(" "), fill: "url(#near-hatch)" }),
    svg("polyline", { points: along("central").join(" "), class: "likely" }),
    ...points.map((row) =>
      svg("circle", { cx: x(row.within_m), cy: y(row.exposed_m.central), r: 2.6, class: "likely-dot" }),
    ),
  ];
}

// Radii that have room for their number: the last, the first, then the others in their order.
function namedRadii(points, x) {
  const radii = points.map((row) => row.within_m);
  const named = [];
  for (const metres of [radii.at(-1), ...radii])
    if (named.every((other) => Math.abs(x(other) - x(metres)) >= TICKS_APART)) named.push(metres);
  return named;
}

function curveAxes(route, points, frame) {
  const { x, y, left, right, top, bottom, most } = frame;
  const step = stepFor(most, (bottom - top) * 1.7);
  const marks = [];
  for (let at = 0; at <= most; at += step) {
    marks.push(svg("line", { x1: left, x2: right, y1: y(at), y2: y(at), class: "faint" }));
    marks.push(
      svg(
        "text",
        { x: left - 6, y: y(at) + 4, class: "axis", "text-anchor": "end" },
        FORMS[at % 1000 ? 1 : 0].format(at / 1000),
      ),
    );
  }
  for (const metres of namedRadii(points, x)) {
    marks.push(svg("line", { x1: x(metres), x2: x(metres), y1: bottom, y2: bottom + 5, class: "tick" }));
    marks.push(
      svg("text", { x: x(metres), y: bottom + 17, class: "axis", "text-anchor": "middle" }, radiusWords(metres)),
    );
  }
  marks.push(
    svg("text", { x: 0, y: 12, class: "axis" }, "km of road"),
    svg(
      "text",
      { x: right, y: frame.height - 4, class: "axis", "text-anchor": "end" },
      "within so many km of an event",
    ),
    svg("line", { x1: left, x2: right, y1: bottom, y2: bottom, class: "tick" }),
  );
  if (isNumber(route.length_m)) {
    const at = y(route.length_m);
    marks.push(svg("line", { x1: left, x2: right, y1: at, y2: at, class: "whole" }));
    marks.push(
      svg(
        "text",
        { x: right, y: at - 5, class: "axis", "text-anchor": "end" },
        `the whole route, ${km(route.length_m)}`,
      ),
    );
  }
  return marks;
}

function nearHatch() {
  const size = { width: 6, height: 6, patternUnits: "userSpaceOnUse" };
  return svg(
    "defs",
    {},
    svg(
      "pattern",
      { id: "near-hatch", ...size },
      svg("path", { d: "M-1 7 L7 -1 M-1 1 L1 -1 M5 7 L7 5", class: "hatch" }),
    ),
  );
}

function curveKey() {
  const sign = (...shapes) => svg("svg", { width: 26, height: 14, "aria-hidden": "true" }, ...shapes);
  const box = (kind, fill = null) => svg("rect", { x: 1, y: 1, width: 24, height: 12, class: kind, fill });
  const line = (kind) => svg("line", { x1: 0, x2: 26, y1: 7, y2: 7, class: kind });
  const dot = svg("circle", { cx: 13, cy: 7, r: 2.6, class: "likely-dot" });
  const keys = [
    [sign(box("band-all")), "for sure to at most"],
    [sign(box("band-most"), box(null, "url(#near-hatch)")), "nine of ten draws"],
    [sign(line("likely"), dot), "likely; a dot for each distance measured"],
  ];
  return el("figcaption", {}, ...keys.map(([drawn, words]) => el("span", {}, drawn, words)));
}

function curveWords(route, points, name) {
  const half = points.find((row) => row.exposed_m.central >= route.length_m / 2);
  const chosen = [...new Set([points[0], ...(half ? [half] : []), points.at(-1)])];
  const words = chosen.map(({ within_m, exposed_m }) => {
    const { low, central, high } = told(exposed_m, bareKm);
    const range = low === high ? "" : ` (${low} for sure, ${high} at most)`;
    return `${central}${range} within ${radiusWords(within_m)} km`;
  });
  const whole = isNumber(route.length_m) ? ` of ${km(route.length_m)}` : "";
  return `Curve for ${name}: likely km of road${whole} near an event: ${words.join("; ")}. All figures are in the table below.`;
}
