// The answer for the chosen route, in words: how bad, whose, how sure. And the table of all routes.

const SHARES_SHOWN = 4;
// Kinds of zone that rest on events counted.
const FROM_EVENTS = ["events", "candidate events"];

// Metres per holder: from the stretches, which add up to the length; else from the measured shares.
function sharesOf(page, route) {
  const sums = new Map();
  for (const part of route.stretches ?? []) {
    const name = part.controller ?? "unknown";
    sums.set(name, (sums.get(name) ?? 0) + part.to_m - part.from_m);
  }
  if (!sums.size)
    for (const part of route.controllers ?? [])
      sums.set(part.controller, Math.max(sums.get(part.controller) ?? 0, part.inside_m));
  return [...sums]
    .map(([controller, metres]) => ({ controller, metres, share: route.length_m ? metres / route.length_m : null }))
    .sort((a, b) => b.metres - a.metres || (a.controller < b.controller ? -1 : 1));
}

function fileName(input) {
  return String(input.path).split(/[\\/]/).pop();
}

function isInput(layer, input) {
  const file = fileName(input);
  return layer.name === file.replace(/\.\w+$/, "") || layer.passport.path === file;
}

// A layer may be on the map and still not be what these routes were measured with.
function wasUsed(page, layer) {
  const inputs = page.found.inputs ?? [];
  return (
    !["conflict_zones", "control_areas"].includes(layer.kind) ||
    !inputs.length ||
    inputs.some((input) => isInput(layer, input))
  );
}

function zoneLayerName(page) {
  const inputs = (page.found.inputs ?? []).filter((input) => input.role === "zones");
  const names = inputs.map(
    (input) => page.layers.find((layer) => isInput(layer, input))?.passport.title ?? fileName(input),
  );
  return (
    names.join(" and ") ||
    page.layers.find((layer) => layer.kind === "conflict_zones")?.passport.title ||
    "the conflict zones"
  );
}

// Routes and sections alike: sure <= as drawn <= possible, where it is known how far the line may be off.
function isBounded(part) {
  return isNumber(part.sure_m) && isNumber(part.possible_m);
}

function isUndecided(part) {
  return isBounded(part) && part.sure_m === 0 && part.possible_m > 0;
}

function rangeWords(part) {
  return `${km(part.sure_m, "")} to ${km(part.possible_m, "")}`;
}

function verdictWords(page, route) {
  const name = route.name || route.route_id;
  const zones = `the zones of “${zoneLayerName(page)}” ${validOn(page.asOf)}`;
  if (!isNumber(route.exposed_m)) return `Whether ${name} runs through conflict was not measured.`;
  if (isUndecided(route)) {
    return (
      `Cannot be decided at this precision: ${name} may run through ${zones}, but no metre of it does so surely. ` +
      `As drawn, ${km(route.exposed_m)} of ${km(route.length_m)} do.`
    );
  }
  if (route.exposed_m === 0 && route.possible_m === 0)
    return `No part of ${name} lies inside ${zones}, also if the line is off by as much as it may. Outside a zone does not mean safe.`;
  if (route.exposed_m === 0)
    return `As drawn, no part of ${name} lies inside ${zones}. Outside a zone does not mean safe.`;
  const longest = (route.exposed ?? []).reduce(
    (best, part) => (part[1] - part[0] > best[1] - best[0] ? part : best),
    [0, 0],
  );
  const where = longest[1] > 0 ? `, from km ${km(longest[0], "")} to ${km(longest[1], "")}` : "";
  return (
    `of ${km(route.length_m)} (${percent(route.exposed_share)}) of ${name} lie inside ${zones}: ` +
    `${plural(route.crossings, "crossing", "crossings")}, the longest stretch ${km(route.longest_exposed_m)}${where}.`
  );
}

function verdict(page, route) {
  const number = isUndecided(route) ? `${rangeWords(route)}${GAP}km` : km(route.exposed_m);
  const big = el("strong", { class: "big" }, isNumber(route.exposed_m) ? number : "?");
  const edge =
    route.boundary_m > 0
      ? el("p", { class: "small" }, `${km(route.boundary_m)} more run exactly along a zone's border.`)
      : null;
  document
    .getElementById("verdict")
    .replaceChildren(
      el("h2", {}, "How bad"),
      el("p", {}, big, " ", verdictWords(page, route)),
      ...(edge ? [edge] : []),
    );
}

// Several sources of claims are never mixed: holders, strip and days measured again rest on the first.
function sourceNames(routes) {
  return [...new Set(routes.flatMap((route) => (route.disputes ?? []).flatMap((pair) => pair.sources)))];
}

function isFirstSource(found, layer) {
  const sources = sourceNames(found.routes);
  if (sources.length < 2) return true;
  const first = (found.inputs ?? []).find((input) => input.role === "control");
  return first ? isInput(layer, first) : layer.name === sources[0];
}

function sidesWords(page, route) {
  const [first, ...others] = sourceNames(page.answer.routes);
  if (!others.length) return [];
  const lead = `This is what “${first}” says.`;
  const pairs = (route.disputes ?? []).filter((pair) => pair.sources[0] === first);
  if (!pairs.length) {
    const names = others.map((name) => `“${name}”`).join(" and ");
    const when = page.answer.asOf ? ` on ${day(page.answer.asOf)}` : "";
    return [`${lead} Where ${names} would disagree was measured for the routes of the list${when} only.`];
  }
  const words = pairs.map(
    ({ sources, disputed_m, one_silent_m }) =>
      `“${sources[1]}” names another holder on ${km(disputed_m)} (disputed); ` +
      `on ${km(one_silent_m)} only one of the two names any.`,
  );
  return [`${lead} ${words.join(" ")}`];
}

function whose(page, route) {
  const shares = sharesOf(page, route);
  const node = document.getElementById("whose");
  if (!shares.length) {
    node.replaceChildren(el("h2", {}, "Whose"), el("p", {}, "Not said: no control layer was used."));
    return;
  }
  const entry = (part) =>
    el(
      "li",
      {},
      swatch(lookOf(part.controller, "held")),
      el("span", {}, holderWords(part.controller)),
      el("span", { class: "number" }, `${km(part.metres)}, ${percent(part.share)}`),
    );
  const rest = shares.slice(SHARES_SHOWN);
  const more = rest.length
    ? el("details", {}, el("summary", {}, `and ${rest.length} more`), el("ul", {}, ...rest.map(entry)))
    : null;
  const sides = sidesWords(page, route).map((words) => el("p", { class: "small" }, words));
  node.replaceChildren(
    el("h2", {}, "Whose"),
    el("ul", {}, ...shares.slice(0, SHARES_SHOWN).map(entry)),
    ...(more ? [more] : []),
    ...sides,
  );
}

function newestSource(page) {
  if (page.found.known_until !== undefined) return page.found.known_until;
  const used = page.layers.filter((layer) => ["control_areas", "conflict_zones", "gates"].includes(layer.kind));
  const days = (used.length ? used : page.layers).map((layer) => layer.newest ?? layer.passport.as_of).filter(Boolean);
  return days.sort().at(-1) ?? null;
}

function precisionWords(page, route) {
  if (isBounded(route)) {
    return `Surely inside ${km(route.sure_m)}, as drawn ${km(route.exposed_m)}, possibly ${km(route.possible_m)}.`;
  }
  const errors = (route.sections ?? []).map((part) => part.positional_error_m).filter(isNumber);
  if (!errors.length) return "How far the drawn line may be off is not given.";
  const [least, most] = [Math.min(...errors), Math.max(...errors)];
  return `The drawn line may be off by ${least === most ? km(least) : `${km(least, "")} to ${km(most)}`}; the number is as drawn. ${unboundWords(page, route)}`;
}

// The page measures days and lines of its own as drawn only; it never shows the bounds of another day.
function unboundWords(page, route) {
  const asked = askedRoute(page, route);
  return asked && asked !== route && isBounded(asked)
    ? `How much is surely and how much possibly inside is known for ${day(page.answer.day)} only, not for this day.`
    : "How much is surely and how much possibly inside is not known.";
}

// Half of the known ground rests on evidence from this day or older.
function evidenceWords(page, route) {
  const known = stretchesOf(page, route)
    .map((part) => [
      part.rows
        .map((row) => row.values.last_evidence)
        .filter(Boolean)
        .sort()
        .at(-1),
      part.to_m - part.from_m,
    ])
    .filter(([date]) => date)
    .sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const half = known.reduce((sum, [, metres]) => sum + metres, 0) / 2;
  let sum = 0;
  const middle = known.find(([, metres]) => (sum += metres) >= half);
  // among the holders that stand beside these words it is seen already
  const unknown = sharesOf(page, route)
    .slice(SHARES_SHOWN)
    .find((part) => part.controller === "unknown");
  const words = [];
  if (middle) words.push(`Half of the length with a known holder rests on evidence up to ${day(middle[0])}.`);
  if (unknown) words.push(`For ${km(unknown.metres)} the holder is unknown.`);
  return words.join(" ");
}

function ageWords(page) {
  const newest = newestSource(page);
  if (!newest) return "How old the sources are is not given.";
  const since = age(newest, today());
  const late =
    page.asOf && newest.slice(0, 10) < page.asOf
      ? ` Nothing is known for the days between it and ${day(page.asOf)}.`
      : "";
  return `Newest source: ${day(newest)}${since ? `, ${since} old today` : ""}.${late}`;
}

// Where zones hold that were built from events, and where fighting is known from claims of control alone.
function eventWords(page) {
  const zones = page.layers.filter((layer) => layer.kind === "conflict_zones" && wasUsed(page, layer));
  const rows = zones.flatMap((layer) => layer.rows).filter(({ values }) => FROM_EVENTS.includes(values.kind));
  if (!rows.length || !page.asOf) return "";
  const now = rows.filter(({ values }) => holdsOn(values, page.asOf));
  if (now.some(({ values }) => values.kind === FROM_EVENTS[1]))
    return "Some zones rest on candidate events, not vetted yet: too few.";
  if (now.length) return "Some zones rest on events counted, others on claims of control.";
  const periods = rows.map(({ values }) => [dateOf(values.valid_from), dateOf(values.valid_to)]);
  const spans = [];
  for (const [from, to] of periods.filter((pair) => pair[0] && pair[1]).sort()) {
    const last = spans.at(-1);
    if (!last || from > last[1]) spans.push([from, to]);
    else if (to > last[1]) last[1] = to;
  }
  const words = spans.map(([from, to]) => `${day(from)} to ${day(addDays(to, -1))}`).join(" and ");
  return `No events are counted on this day, only on ${words || "others"}: less exposed does not mean less fighting.`;
}

function howSure(page, route) {
  const known = [ageWords(page), eventWords(page)].filter(Boolean).join(" ");
  const lines = [precisionWords(page, route), known, evidenceWords(page, route)].filter(Boolean);
  document
    .getElementById("sure")
    .replaceChildren(el("h2", {}, "How sure"), ...lines.map((words) => el("p", {}, words)));
}

// ---- the table ----------------------------------------------------------------------------------

const EXPOSED = "Exposed km";

const COLUMNS = [
  ["Route", (route) => route.name || route.route_id, null],
  ["Length km", (route) => route.length_m, (metres) => km(metres, "")],
  [EXPOSED, (route) => route.exposed_m, (metres) => km(metres, "")],
  ["Share", (route) => route.exposed_share, percent],
  ["Longest km", (route) => route.longest_exposed_m, (metres) => km(metres, "")],
  ["Crossings", (route) => route.crossings, (count) => (isNumber(count) ? String(count) : "not measured")],
];

function compare(a, b) {
  if (typeof a === "string" || typeof b === "string") return String(a).localeCompare(String(b), "en");
  return (a ?? -1) - (b ?? -1);
}

function sortRows(at, descending) {
  const body = document.querySelector("#corridors tbody");
  const value = (row) => COLUMNS[at][1](row.route);
  const rows = [...body.rows].sort((a, b) => compare(value(a), value(b)) * (descending ? -1 : 1) || a.place - b.place);
  body.replaceChildren(...rows);
  document.querySelectorAll("#corridors th").forEach((head, place) => {
    if (place === at) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    else if (place < COLUMNS.length) head.setAttribute("aria-sort", "none");
  });
}

// On a narrow screen rows become cards; the roles say that it is still a table.
function tableHead() {
  const heads = COLUMNS.map(([words], at) => {
    const button = el("button", { type: "button" }, words);
    const head = el(
      "th",
      { scope: "col", role: "columnheader", "aria-sort": "none", class: at ? "number" : null },
      button,
    );
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      sortRows(at, now === "none" ? at > 0 : now === "ascending");
    });
    return head;
  });
  return el(
    "thead",
    { role: "rowgroup" },
    el("tr", { role: "row" }, ...heads, el("th", { scope: "col", role: "columnheader" }, "Strip")),
  );
}

function tableRow(page, route, place) {
  const name = el("button", { type: "button", "aria-pressed": "false" }, route.name || route.route_id);
  const cells = COLUMNS.slice(1).map(([words, value, form]) =>
    el(
      "td",
      { class: "number", role: "cell", "data-label": words },
      form(value(route)),
      words === EXPOSED && isBounded(route) ? el("span", { class: "small range" }, rangeWords(route)) : null,
    ),
  );
  const strip = el("td", { role: "cell", "data-label": "Strip" }, miniStrip(page, route, place));
  const row = el("tr", { role: "row" }, el("th", { scope: "row", role: "rowheader" }, name), ...cells, strip);
  row.route = route;
  row.place = place;
  row.addEventListener("click", () => {
    page.choose(route.route_id);
    toMap();
  });
  return row;
}

function drawTable(page) {
  const rows = page.found.routes.map((route, place) => tableRow(page, route, place));
  const range = page.found.routes.some(isBounded) ? " Below: surely to possibly." : "";
  const words = `Exposed: inside “${zoneLayerName(page)}” ${validOn(page.asOf)}, as drawn.${range} Strip: holders, exposed.`;
  const table = el(
    "table",
    { role: "table" },
    el("caption", {}, words),
    tableHead(),
    el("tbody", { role: "rowgroup" }, ...rows),
  );
  document
    .getElementById("corridors")
    .replaceChildren(rows.length ? el("div", { class: "wide" }, table) : el("p", {}, "No route was measured."));
  if (rows.length) sortRows(2, true);
}

function markRow(route) {
  for (const row of document.querySelectorAll("#corridors tbody tr")) {
    row.classList.toggle("on", row.route === route);
    row.querySelector("button").setAttribute("aria-pressed", String(row.route === route));
  }
}
