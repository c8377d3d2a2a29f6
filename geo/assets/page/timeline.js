// Time: a line over all days that the dated layers cover, and a handle for the day that the page speaks of.
// Moving it measures the routes again, so that every number on the page is of the day under the handle.

// Warnings that hold for the day that Python answered for, and no other.
const OF_ONE_DAY = ["stale", "events-uncovered", "candidates"];
const CHANGING = ["control_areas", "conflict_zones", "gates"];

function addDays(date, days) {
  return new Date(Date.parse(date) + days * 86400000).toISOString().slice(0, 10);
}

function dateOf(value) {
  const text = value?.slice?.(0, 10);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;
}

function isDated(layer) {
  return layer.columns.some((column) => ["valid_from", "valid_to"].includes(column.name));
}

// ---- measuring ----------------------------------------------------------------------------------

// What Python measured with, if all of it is on the page; several zone files are one layer.
function measuredWith(page, role, kind) {
  const inputs = page.found.inputs ?? [];
  const named = inputs.filter((input) => input.role === role);
  const fits = (layer) => (inputs.length ? named.some((input) => isInput(layer, input)) : layer.kind === kind);
  const used = page.layers.filter(fits);
  if (role === "control" && sourceNames(page.answer.routes).length > 1) {
    const first = used.filter((layer) => isFirstSource({ inputs, routes: page.answer.routes }, layer));
    return first.length === 1 ? first[0] : null;
  }
  if (!used.length || used.length < named.length) return null;
  if (used.length === 1) return used[0];
  return { kind, columns: used.flatMap((layer) => layer.columns), rows: used.flatMap((layer) => layer.rows) };
}

// Zones speak for themselves where no control layer was used. Without zones nothing can be measured again.
function measuringLayers(page) {
  const zones = measuredWith(page, "zones", "conflict_zones");
  const inputs = page.found.inputs ?? [];
  const sources = page.found.routes.flatMap((route) => route.controllers ?? []).map((part) => part.source);
  const alone = inputs.length ? !inputs.some((input) => input.role === "control") : sources.includes("zones");
  const claims = alone ? zones : measuredWith(page, "control", "control_areas");
  return zones && claims ? { zones, claims } : null;
}

// Ground that is not travelled parts a path: the chainage stands still, the place does not.
function partsOf(path) {
  const parts = [];
  path.forEach((point, at) => {
    const last = path[at - 1];
    const apart =
      last && point[2] <= last[2] && Math.max(Math.abs(point[0] - last[0]), Math.abs(point[1] - last[1])) > 2e-5;
    if (!last || apart) parts.push([]);
    parts.at(-1).push([point[0], point[1]]);
  });
  return parts;
}

// The day that Python answered for keeps Python's numbers.
function measureAll(page, date) {
  const { answer } = page;
  if (date === answer.day || !answer.layers) return answer.routes;
  answer.paths ??= answer.routes.map((route) => ({ ...route, path: measuredPath(partsOf(route.path)) }));
  if (!answer.measured.has(date)) {
    const [zones, claims] = [indexOn(answer.layers.zones, date), indexOn(answer.layers.claims, date)];
    const source = answer.routes.flatMap((route) => route.controllers ?? [])[0]?.source;
    answer.measured.set(
      date,
      answer.paths.map((route) => measureRoute(route, zones, claims, source)),
    );
  }
  return answer.measured.get(date);
}

// ---- the day ------------------------------------------------------------------------------------

function setDay(page, date) {
  if (date === page.layerDay) return;
  const { answer } = page;
  page.layerDay = date;
  page.asOf = date === answer.day ? answer.asOf : date;
  page.found.routes = measureAll(page, date);
  page.found.reproduce = page.asOf
    ? answer.reproduce?.replace(/--as-of \S+/, `--as-of ${page.asOf}`)
    : answer.reproduce;
  page.found.warnings =
    date === answer.day ? answer.warnings : answer.warnings?.filter((one) => !OF_ONE_DAY.includes(one.rule));
  measureOwn(page);
  page.map.closePopup();
  redraw(page, { layers: (drawn) => isDated(drawn.layer) && changed(drawn, date) });
  clearTimeout(page.settling);
  page.settling = setTimeout(() => {
    drawAbout(page);
    page.remember();
  }, 250);
}

function changed(drawn, date) {
  const rows = rowsOn(drawn.layer, date);
  return rows.length !== drawn.rows.length || rows.some((row, at) => row !== drawn.rows[at]);
}

// Draws again what depends on the day or on the colours; what the reader has set stays as it is.
function redraw(page, { layers = () => true } = {}) {
  for (const drawn of page.drawn.filter(layers)) Object.assign(drawn, drawLayer(page, drawn.layer, drawn.group));
  hideMeasuredRows(page);
  const gone = (path) => page.routeLayer.getLayers().some((group) => group.hasLayer(path));
  page.shapes = page.shapes.filter((one) => one.row || !gone(one.path));
  page.routeLayer.clearLayers();
  for (const route of page.found.routes) page.routeLayer.addLayer(drawRoute(page, route));
  const sorted = [...document.querySelectorAll("#corridors th")].findIndex((head) =>
    /ending$/.test(head.getAttribute("aria-sort")),
  );
  const descending = document.querySelector("#corridors th[aria-sort=descending]") !== null;
  page.ownChanged = true;
  drawTable(page);
  if (sorted >= 0) sortRows(sorted, descending);
  drawLegend(page);
  document.getElementById("dated").textContent = stateOn(page.asOf);
  if (page.route) page.choose(page.route.route_id, { fit: false });
  else showWays(page);
  drawTime(page, showDay);
}

// Beyond the newest source the numbers are what was last known; the headings say so, at no cost of height.
function isPastEdge(page, date = page.asOf) {
  const newest = newestSource(page)?.slice(0, 10);
  return Boolean(newest && date && date > newest);
}

function sayEdge(page) {
  if (!isPastEdge(page)) return;
  const newest = day(newestSource(page));
  const say = (id, words) => document.querySelector(`#${id} h2`).append(el("span", { class: "edge" }, words));
  say("verdict", `, as last known on ${newest}`);
  say("whose", ", as last known");
  say("sure", `: nothing is known after ${newest}`);
}

// ---- the line -----------------------------------------------------------------------------------

function changesOf(page) {
  const rows = page.layers.filter((layer) => CHANGING.includes(layer.kind)).flatMap((layer) => layer.rows);
  const days = (list) =>
    list
      .flatMap(({ values }) => [dateOf(values.valid_from), dateOf(values.valid_to)])
      .filter(Boolean)
      .sort();
  return { all: [...new Set(days(rows))], claims: days(rows.filter((row) => row.layer.kind === "control_areas")) };
}

function monthsBetween(from, to) {
  const months = [];
  for (let month = from.slice(0, 7); month <= to.slice(0, 7); month = addDays(`${month}-28`, 5).slice(0, 7))
    months.push(month);
  return months;
}

// Bars are cut at the second highest month, and the one cut says its number, or one month would flatten all.
function drawHistogram(page) {
  const { time } = page;
  const frame = document.getElementById("time-line");
  const [width, top, high, tall] = [Math.max(frame.clientWidth, 260), 12, 40, 55];
  const x = (date) => 8 + (daysBetween(time.from, date) / daysBetween(time.from, time.to)) * (width - 16);
  const counts = time.months.map((month) => time.claims.filter((date) => date.startsWith(month)).length);
  const cap = [...counts].sort((a, b) => b - a)[1] || 1;
  const bars = time.months.flatMap((month, at) => {
    if (!counts[at]) return [];
    const [left, right] = [
      x(month === time.from.slice(0, 7) ? time.from : `${month}-01`),
      x(time.months[at + 1] ? `${time.months[at + 1]}-01` : time.to),
    ];
    const height = Math.min(1, counts[at] / cap) * (high - top);
    const count = plural(counts[at], "claim begins or ends", "claims begin or end");
    const words = `${MONTHS[month.slice(5) - 1]} ${month.slice(0, 4)}: ${count}`;
    const bar = svg(
      "rect",
      { x: left, y: high - height, width: Math.max(right - left - 1, 1), height, class: "bar" },
      svg("title", {}, words),
    );
    return counts[at] > cap
      ? [bar, svg("text", { x: right + 2, y: top + 9, class: "axis" }, String(counts[at]))]
      : [bar];
  });
  const years = [...new Set(time.months.map((month) => month.slice(0, 4)))].filter(
    (year) => `${year}-01-01` >= time.from,
  );
  const ticks = years.flatMap((year) => [
    svg("line", { x1: x(`${year}-01-01`), x2: x(`${year}-01-01`), y1: high, y2: high + 4, class: "tick" }),
    svg(
      "text",
      {
        x: x(`${year}-01-01`),
        y: tall - 1,
        class: "axis",
        "text-anchor": x(`${year}-01-01`) < 24 ? "start" : "middle",
      },
      year,
    ),
  ]);
  const edge = time.newest && time.newest < time.to ? edgeBand(x(time.newest), width - 8, top, high, time.newest) : [];
  time.x = x;
  time.mark = svg("line", { y1: top, y2: tall, class: "now" });
  frame.replaceChildren(
    svg(
      "svg",
      { width, height: tall, role: "img", "aria-label": "Control changes a month: claims beginning or ending" },
      svg(
        "defs",
        {},
        svg(
          "pattern",
          { id: "no-knowledge", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
          svg("rect", { width: 7, height: 7, class: "void" }),
          svg("rect", { width: 2, height: 7, class: "void-line" }),
        ),
      ),
      svg(
        "text",
        { x: 8, y: 9, class: "axis" },
        width < 520 ? "Changes a month" : "Claims of control beginning or ending, a month",
      ),
      ...edge,
      ...bars,
      svg("line", { x1: 8, x2: width - 8, y1: high, y2: high, class: "tick" }),
      ...ticks,
      time.mark,
    ),
  );
}

function drawTime(page, draw = drawHistogram) {
  if (!page.time) return;
  draw(page);
  if (draw !== showDay) showDay(page);
}

function edgeBand(left, right, top, high, newest) {
  const words = `nothing is known after ${day(newest)}`;
  return [
    svg(
      "rect",
      {
        x: left,
        y: top,
        width: Math.max(right - left, 2),
        height: high - top,
        fill: "url(#no-knowledge)",
        class: "beyond",
      },
      svg("title", {}, words),
    ),
    svg("text", { x: right, y: 9, class: "axis beyond-words", "text-anchor": "end" }, words),
  ];
}

function showDay(page) {
  const { time } = page;
  const x = time.x(page.layerDay);
  const edge = isPastEdge(page, page.layerDay);
  time.mark.setAttribute("x1", x);
  time.mark.setAttribute("x2", x);
  time.box.value = daysBetween(time.from, page.layerDay);
  time.box.setAttribute(
    "aria-valuetext",
    day(page.layerDay) + (edge ? `, nothing is known after ${day(time.newest)}` : ""),
  );
  document.getElementById("time-day").textContent = day(page.layerDay);
  document.getElementById("time-day").classList.toggle("edge", edge);
  document.getElementById("time-home").hidden = page.layerDay === page.answer.day;
  document.getElementById("time-facts").replaceChildren(...gateWords(page), ...figureWords(page));
}

function gateWords(page) {
  const gates = new Map();
  for (const row of page.layers.filter((layer) => layer.kind === "gates").flatMap((layer) => layer.rows)) {
    const { gate_id: id } = row.values;
    if (!gates.has(id) || holdsOn(row.values, page.layerDay)) gates.set(id, row);
  }
  const words = [...gates.values()].map(({ values }) => {
    const known = holdsOn(values, page.layerDay);
    const state = known
      ? link(values.source_url, String(values.status ?? "state not given").toLowerCase())
      : "not known";
    return el("li", {}, known ? glyph("gates", values.status) : null, `${values.name}: `, state);
  });
  return words.length ? [el("h3", {}, `Gates on ${day(page.layerDay)}`), el("ul", { class: "facts" }, ...words)] : [];
}

function figureWords(page) {
  const rows = page.layers.filter((layer) => layer.kind === "figures").flatMap((layer) => layer.rows);
  const year = page.layerDay.slice(0, 4);
  const words = rows
    .filter(({ values }) => String(values.year).startsWith(year))
    .map(({ values }) =>
      el(
        "li",
        { title: values.note },
        `${values.what}: `,
        link(values.source_url, `${values.value?.toLocaleString?.("en-GB") ?? NONE} ${values.unit}`),
        String(values.year).length > 4 ? ` (${MONTHS[String(values.year).slice(5) - 1] ?? values.year})` : "",
      ),
    );
  if (!rows.length) return [];
  const none = `The figures layer has none for ${year}.`;
  return [
    el("h3", {}, `Published for ${year}`),
    words.length ? el("ul", { class: "facts" }, ...words) : el("p", {}, none),
  ];
}

// One drawing a frame, however fast the handle is dragged.
function aim(page, date) {
  const { time } = page;
  const wanted = date < time.from ? time.from : date > time.to ? time.to : date;
  if (!time.wanted)
    requestAnimationFrame(() => {
      const to = time.wanted;
      time.wanted = null;
      setDay(page, to);
    });
  time.wanted = wanted;
}

function step(page, forward) {
  const here = page.time.wanted ?? page.layerDay;
  const { all, to } = page.time;
  const next = forward ? all.find((date) => date > here && date <= to) : all.findLast((date) => date < here);
  if (next) aim(page, next);
  return Boolean(next);
}

function play(page, on) {
  const button = document.getElementById("time-play");
  clearInterval(page.time.playing);
  page.time.playing = on && setInterval(() => step(page, true) || play(page, false), 700);
  button.textContent = on ? "❚❚" : "▶";
  button.setAttribute("aria-label", on ? "Pause" : "Play the changes");
}

function startTime(page) {
  const changes = changesOf(page);
  const { answer } = page;
  answer.layers = measuringLayers(page);
  const section = document.getElementById("time");
  section.hidden = !changes.all.length || !page.layerDay || !answer.layers;
  if (section.hidden) return;
  const ends = [changes.all.at(-1), answer.day, today().slice(0, 10)].sort();
  const from = [changes.all[0], answer.day].sort()[0];
  const box = document.getElementById("time-handle");
  page.time = {
    ...changes,
    from,
    to: ends.at(-1),
    months: monthsBetween(from, ends.at(-1)),
    newest: newestSource(page)?.slice(0, 10),
    box,
  };
  box.max = daysBetween(from, page.time.to);
  box.addEventListener("input", () => {
    play(page, false);
    aim(page, addDays(from, Number(box.value)));
  });
  const press = (id, act) => document.getElementById(id).addEventListener("click", act);
  document.getElementById("time-home").textContent = `to ${day(answer.day)}`;
  press("time-back", () => {
    play(page, false);
    step(page, false);
  });
  press("time-next", () => {
    play(page, false);
    step(page, true);
  });
  press("time-home", () => {
    play(page, false);
    aim(page, answer.day);
  });
  press("time-play", () => play(page, !page.time.playing));
  document.getElementById("time-play").hidden = calm;
  new ResizeObserver(() => drawTime(page)).observe(document.getElementById("time-line"));
  drawTime(page);
}
