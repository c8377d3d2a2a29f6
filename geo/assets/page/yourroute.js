// The tab "Your route": routes that the reader draws, types or brings, measured as Python measures them.
// They are routes of the page like any other, and are kept until the page is closed.

const OWN_LIMITS = "A drawn line is not a road: the number is as exact as the line. Outside a zone does not mean safe.";
const LONG_EDGE_M = 50000;
const FAR_DEG = 10;

function routesOf(page) {
  return [...page.found.routes, ...wayRoutes(page), ...(page.own ?? []).map((own) => own.route)];
}

function newOwn(page, name, parts = [[]]) {
  const numbers = page.own.map((own) => Number(/^My route (\d+)$/.exec(own.name)?.[1] ?? 0));
  const mark = Math.random().toString(36).slice(2, 8);
  return {
    route_id: `own-${mark}`,
    name: cleanName(name) || `My route ${Math.max(0, ...numbers) + 1}`,
    parts,
    route: null,
    hidden: false,
  };
}

// ---- measuring -----------------------------------------------------------------------------------

// Without a zone layer nothing was measured, and nothing is said to be 0.
function measureOne(page, own) {
  page.answer.layers ??= measuringLayers(page);
  const zones = page.answer.layers?.zones ?? measuredWith(page, "zones", "conflict_zones");
  const claims = page.answer.layers?.claims;
  const path = measuredPath(own.parts.filter((part) => part.length > 1));
  const index = zones ? indexOn(zones, page.asOf) : indexZones([]);
  const source = page.answer.routes.flatMap((route) => route.controllers ?? [])[0]?.source;
  const line = { route_id: own.route_id, name: own.name, path };
  const route = claims ? measureRoute(line, index, indexOn(claims, page.asOf), source) : measureRoute(line, index);
  if (!claims) Object.assign(route, { stretches: [], controllers: [] });
  route.sections = []; // one line has none
  const none = ["exposed_m", "exposed_share", "boundary_m", "crossings", "longest_exposed_m"];
  if (!zones) for (const name of none) route[name] = null;
  own.route = route;
  own.far = zones && !route.zones.length && route.length_m ? farNotes(page, own, index, claims) : [];
  own.notes = [...own.far, ...lineNotes(own)];
}

function measureOwn(page) {
  for (const own of page.own ?? []) measureOne(page, own);
  page.ownChanged = true;
}

function lineNotes({ parts, route }) {
  const notes = parts
    .slice(1)
    .map((part, at) => [parts[at].at(-1), part[0]])
    .filter(([here, there]) => here[0] !== there[0] || here[1] !== there[1])
    .map(
      ([here, there]) =>
        `There is a gap of ${km(arcLength(...here, ...there))}, which is not travelled and not counted.`,
    );
  const edges = parts.flatMap((part) => part.slice(1).map((point, at) => arcLength(...part[at], ...point)));
  const longest = edges.reduce((most, metres) => Math.max(most, metres), 0);
  if (route.length_m === 0) notes.push("It has no length.");
  if (longest > LONG_EDGE_M) {
    const aside = FORMS[0].format(25 * (longest / LONG_EDGE_M) ** 2); // the offset grows with the square of the length
    notes.push(
      `It has an edge of ${FORMS[0].format(longest / 1000)} km, measured straight in longitude and latitude; ` +
        `the shortest line between its ends lies up to ${aside} m beside it.`,
    );
  }
  return notes;
}

function boxAround(points) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    [box[0], box[1]] = [Math.min(box[0], x), Math.min(box[1], y)];
    [box[2], box[3]] = [Math.max(box[2], x), Math.max(box[3], y)];
  }
  return box;
}

function boxGap(one, other) {
  const apart = (low, high) => Math.max(one[low] - other[high], other[low] - one[high], 0);
  return Math.hypot(apart(0, 2), apart(1, 3));
}

function indexBox({ edges }) {
  return boxOf(edges, 0, edges.length / 4);
}

// A 0 far from everything that is known is not the same as a 0 in the middle of it.
function farNotes(page, own, index, claims) {
  if (!index.rows.length) return [`No zone of “${zoneLayerName(page)}” is ${validOn(page.asOf)}.`];
  const box = boxAround(own.parts.flat());
  const away = FORMS[0].format(Math.ceil(metresToZones(own.route, index) / 1000));
  const notes = [`No zone lies on it: the nearest one is about ${away} km away.`];
  const known = [index, claims && indexOn(claims, page.asOf)].filter((one) => one?.rows.length);
  if (known.every((one) => boxGap(box, indexBox(one)) > 0)) {
    notes.push(
      "It lies outside the area of all layers measured with: nothing is known of it here, which does not mean safe.",
    );
  }
  return notes;
}

// From evenly spaced points of the route to the edges of zones, nearest boxes first.
function metresToZones({ path, length_m }, { edges, firstOf, boxes }) {
  const steps = 200;
  const spots = Array.from({ length: steps + 1 }, (_, at) => spotAt(path, (length_m * at) / steps)).map(
    ([lat, lon]) => [lon, lat],
  );
  const all = boxAround(spots);
  const shrink = Math.cos(((all[1] + all[3]) / 2) * RADIAN);
  const order = [...firstOf.keys()]
    .slice(0, -1)
    .map((zone) => [boxGap(all, boxes.subarray(4 * zone, 4 * zone + 4)) * shrink, zone])
    .sort((a, b) => a[0] - b[0]);
  let [best, ends] = [Infinity, []];
  for (const [least, zone] of order) {
    if (least > best) break;
    for (let at = 4 * firstOf[zone]; at < 4 * firstOf[zone + 1]; at += 4) {
      const [ax, ay, run, rise] = [
        edges[at],
        edges[at + 1],
        (edges[at + 2] - edges[at]) * shrink,
        edges[at + 3] - edges[at + 1],
      ];
      for (const [x, y] of spots) {
        const [dx, dy] = [(x - ax) * shrink, y - ay];
        const share = clamp01((dx * run + dy * rise) / (run * run + rise * rise));
        const apart = Math.hypot(dx - share * run, dy - share * rise);
        if (apart >= best) continue;
        best = apart;
        ends = [L.latLng(y, x), L.latLng(ay + share * rise, ax + (share * run) / shrink)];
      }
    }
  }
  return L.CRS.Earth.distance(...ends);
}

// Axes swapped within the numbers that both may have: far from every layer, but on them the other way round.
function refuseSwapped(page, { parts, name }) {
  const layers = (page.answer.layers ??= measuringLayers(page));
  const index = layers && indexOn(layers.zones, page.asOf);
  if (!index?.rows.length) return;
  const [west, south, east, north] = boxAround(parts.flat());
  if (
    boxGap([west, south, east, north], indexBox(index)) > FAR_DEG &&
    boxGap([south, west, north, east], indexBox(index)) === 0
  ) {
    refuse(`${name} lies far from every zone, but on them with latitude and longitude swapped. Check their order.`);
  }
}

// ---- keeping -------------------------------------------------------------------------------------

// Measures a route after any change, keeps it, and makes it the chosen one.
function settleOwn(page, own, options = { fit: false }) {
  measureOne(page, own);
  if (!page.own.includes(own)) page.own.push(own);
  page.ownChanged = true;
  page.choose(own.route_id, options);
  page.remember();
}

function dropOwn(page, own, back) {
  page.own = page.own.filter((one) => one !== own);
  own.route = null;
  page.ownChanged = true;
  const next =
    routesOf(page).find((route) => route.route_id === back) ?? page.own.at(-1)?.route ?? page.found.routes[0];
  if (next) page.choose(next.route_id, { fit: false });
  else clearChosen(page);
  page.remember();
}

function clearChosen(page) {
  page.route = null;
  page.chosenLayer?.remove();
  page.marks.clearLayers();
  for (const id of ["verdict", "whose", "sure", "strip-title", "strip-frame", "strip-words"])
    document.getElementById(id).replaceChildren();
  showNear(page, null);
  showOwn(page);
}

// Takes routes that were read; the first of them is chosen, the map shows all.
function takeOwn(page, list) {
  const taken = list.map(({ route_id: id, name, parts }) => ({
    ...newOwn(page, name, parts),
    ...(id ? { route_id: id } : {}),
  }));
  for (const own of taken) {
    refuseSwapped(page, own);
    measureOne(page, own);
  }
  page.own.push(...taken);
  document.getElementById("own").scrollTop = 0;
  page.ownChanged = true;
  page.choose(taken[0].route_id, { fit: false });
  fitRoutes(
    page,
    taken.map((own) => own.route),
  );
}

function leftWords(left) {
  return left ? ` Left out: ${plural(left, "thing that is no line", "things that are no lines")}.` : "";
}

async function takeFiles(page, files) {
  const said = [];
  showTab("own");
  sayOwn("Reading …");
  for (const file of files) {
    try {
      const { routes, left } = await readRoutes(file);
      takeOwn(page, routes);
      said.push(`Read ${plural(routes.length, "route", "routes")} from ${cleanName(file.name)}.${leftWords(left)}`);
    } catch (error) {
      said.push(
        `Not read: ${error instanceof Unreadable ? "" : `${cleanName(file.name)}: `}${cleanName(error.message, 400)}`,
      );
    }
  }
  sayOwn(said.join("\n"));
  page.remember();
}

function takeTyped(page) {
  const box = document.getElementById("own-typed");
  try {
    takeOwn(page, [{ parts: [readTyped(box.value)] }]);
    box.value = "";
    sayOwn("Added.");
  } catch (error) {
    sayOwn(error instanceof Unreadable || error instanceof RangeError ? `Not added: ${error.message}` : "Not added.");
  }
  page.remember();
}

// Words about what was just done, with a way back where there is one.
function sayOwn(words, again = null) {
  const button = again && el("button", { type: "button" }, again[0]);
  button?.addEventListener("click", () => {
    sayOwn("");
    again[1]();
  });
  const node = document.getElementById("own-said");
  const lines = words
    .split("\n")
    .filter(Boolean)
    .map((line) => el("p", { class: line.startsWith("Not ") ? "bad" : null }, line));
  node.replaceChildren(...lines, ...(button ? [button] : []));
}

// ---- showing -------------------------------------------------------------------------------------

// Called with every choice: the rest of the page is drawn by then.
function showOwn(page) {
  const stamp = [page.theme, page.asOf].join();
  if (page.ownChanged || page.ownStamp !== stamp) {
    Object.assign(page, { ownChanged: false, ownStamp: stamp });
    drawOwnLayer(page);
    drawOwnTable(page);
    fillChoice(page);
  } else if (page.ownLayer) page.routeLayer.addLayer(page.ownLayer);
  const own = page.own.find((one) => one.route === page.route);
  if (own?.hidden) page.chosenLayer.remove();
  for (const row of document.querySelectorAll("#own-table tbody tr")) {
    row.classList.toggle("on", row.route === page.route);
    row.querySelector("button").setAttribute("aria-pressed", String(row.route === page.route));
  }
  refill("own-detail", ...(own ? detailNodes(page, own) : []));
  document.querySelectorAll("#verdict .far").forEach((node) => node.remove());
  if (own && !page.drawing)
    document.getElementById("verdict").append(...own.far.map((words) => el("p", { class: "small far" }, words)));
}

// What had the focus has it again after the node was drawn anew.
function refill(id, ...children) {
  const node = document.getElementById(id);
  const act = node.contains(document.activeElement) ? document.activeElement.dataset.act : null;
  node.replaceChildren(...children);
  if (act)
    [...node.querySelectorAll("[data-act]")].find((one) => one.dataset.act === act)?.focus({ preventScroll: true });
}

function drawOwnLayer(page) {
  page.ownLayer?.remove();
  page.routeLayer.removeLayer(page.ownLayer ?? L.layerGroup());
  page.shapes = page.shapes.filter((shape) => !shape.own);
  page.ownLayer = L.layerGroup(
    page.own
      .filter((own) => !own.hidden)
      .map(({ route }) => {
        const drawn = drawRoute(page, route);
        page.shapes.at(-1).own = true;
        return drawn;
      }),
  );
  page.routeLayer.addLayer(page.ownLayer);
}

function drawOwnTable(page) {
  const beside = document.getElementById("own-beside");
  const shown = tableRoutes(page);
  const rows = shown.map((route, place) => {
    const row = tableRow(page, route, `own-${place}`);
    const own = page.own.find((one) => one.route === route);
    row.querySelector("button").dataset.act = route.route_id;
    if (own?.hidden) row.querySelector("th").append(el("span", { class: "small" }, " not on the map"));
    return row;
  });
  const heads = [...COLUMNS.map(([words]) => words), "Strip"].map((words, at) =>
    el("th", { scope: "col", role: "columnheader", class: at && at < COLUMNS.length ? "number" : null }, words),
  );
  const words = `Exposed: inside “${zoneLayerName(page)}” ${validOn(page.asOf)}. ${OWN_LIMITS}`;
  const table = el(
    "table",
    { role: "table" },
    el("caption", {}, words),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...heads)),
    el("tbody", { role: "rowgroup" }, ...rows),
  );
  refill("own-table", ...(page.own.length ? [el("div", { class: "wide" }, table)] : []));
  beside.parentNode.hidden = !page.found.routes.length;
  document.getElementById("own-all").hidden = !page.own.length;
  document.getElementById("own").classList.toggle("empty", !page.own.length);
}

function tableRoutes(page) {
  return document.getElementById("own-beside").checked
    ? [...page.own.map((own) => own.route), ...page.found.routes]
    : page.own.map((own) => own.route);
}

// What must be known before using the numbers, as in the last column of Python's table.
function warningsOf(page, route) {
  const own = page.own.find((one) => one.route === route);
  const measured = (page.found.warnings ?? []).filter((one) => ["", route.route_id].includes(one.feature));
  const said = own ? [...own.notes] : measured.map((one) => (one.file ? `${one.file}: ${one.message}` : one.message));
  if (isPastEdge(page)) said.push(`nothing is known after ${newestSource(page).slice(0, 10)}`);
  return said.join(" | ");
}

function spotWords([lon, lat]) {
  return `${Math.abs(lat).toFixed(4)}° ${lat < 0 ? "S" : "N"}, ${Math.abs(lon).toFixed(4)}° ${lon < 0 ? "W" : "E"}`;
}

function ownButtons(page, own) {
  const button = (act, words, press) => {
    const node = el("button", { type: "button", "data-act": act }, words);
    node.addEventListener("click", press);
    return node;
  };
  const hide = () => {
    own.hidden = !own.hidden;
    settleOwn(page, own);
  };
  const facts = { as_of: page.asOf, zones: zoneLayerName(page) };
  return el(
    "div",
    { class: "acts" },
    button("edit", "Edit on the map", () => beginDrawing(page, own)),
    button("hide", own.hidden ? "Show on the map" : "Hide", hide),
    button("gpx", "Save GPX", () => save(own.name, "gpx", "application/gpx+xml", gpxOf(own))),
    button("geojson", "Save GeoJSON", () => save(own.name, "geojson", "application/geo+json", geoJsonOf(own, facts))),
    button("delete", "Delete", () => deleteOwn(page, own)),
  );
}

function deleteOwn(page, own) {
  if (page.drawing?.own === own) stopDrawing(page);
  dropOwn(page, own);
  sayOwn(`${own.name} was deleted.`, ["Bring it back", () => settleOwn(page, own)]);
  document.querySelector("#own-said button").focus({ preventScroll: true });
}

function renameField(page, own) {
  const field = el("input", {
    id: "own-name",
    type: "text",
    maxlength: 120,
    value: own.name,
    "data-act": "name",
    autocomplete: "off",
  });
  field.addEventListener("change", () => {
    own.name = cleanName(field.value) || own.name;
    settleOwn(page, own);
  });
  return el("p", { class: "rename" }, el("label", { for: "own-name" }, "Name"), field);
}

function detailNodes(page, own) {
  const { route } = own;
  const longest = (route.exposed ?? []).find(([from, to]) => to - from === route.longest_exposed_m);
  const fact = (words, value) => [el("dt", {}, words), el("dd", {}, value)];
  const count = own.parts.flat().length;
  const zones = `“${zoneLayerName(page)}” ${validOn(page.asOf)}`;
  const exposed = isNumber(route.exposed_m)
    ? `${km(route.exposed_m)}, ${percent(route.exposed_share)}: inside ${zones}`
    : "not measured: no zone layer is on this page";
  const facts = [
    ...fact("Length", `${km(route.length_m)} in ${plural(count, "point", "points")}`),
    ...fact("Exposed", exposed),
    ...(route.crossings
      ? fact(
          "Crossings",
          `${route.crossings}, the longest unbroken stretch ${km(route.longest_exposed_m)} ` +
            `(km ${km(longest[0], "")} to ${km(longest[1], "")})`,
        )
      : []),
    ...(route.boundary_m > 0
      ? fact("On a border", `${km(route.boundary_m)} run exactly along a zone's border, and are not in the number`)
      : []),
  ];
  return [
    el("h3", {}, own.name),
    renameField(page, own),
    ownButtons(page, own),
    el("dl", {}, ...facts),
    ...own.notes.map((words) => el("p", { class: "note" }, words)),
    ...zoneTable(route),
    ...holderTable(page, route),
  ];
}

function plainTable(words, heads, rows) {
  const cell = (value, at) =>
    el(at ? "td" : "th", { scope: at ? null : "row", class: at === 1 ? "number" : null }, ...[value].flat());
  return el(
    "table",
    { class: "plain" },
    el("caption", {}, words),
    el(
      "thead",
      {},
      el("tr", {}, ...heads.map((head, at) => el("th", { scope: "col", class: at === 1 ? "number" : null }, head))),
    ),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map(cell)))),
  );
}

function zoneTable(route) {
  if (!route.zones.length) return [];
  const passage = (one) =>
    el(
      "div",
      {},
      `km ${km(one.from_m, "")} to ${km(one.to_m, "")}${one.on_border ? " along the border" : ""}: ` +
        `from ${spotWords(one.entry)} to ${spotWords(one.exit)}`,
    );
  const rows = route.zones.map((zone) => [zone.name || zone.zone_id, km(zone.inside_m), zone.passages.map(passage)]);
  return [
    plainTable(
      "Zones overlap: their kilometres do not add up to the exposed ones.",
      ["Zone", "Inside", "Where it enters and leaves"],
      rows,
    ),
  ];
}

function holderTable(page, route) {
  const rows = sharesOf(page, route).map((part) => [
    [swatch(lookOf(part.controller, "held")), ` ${holderWords(part.controller)}`],
    km(part.metres),
    percent(part.share),
  ]);
  return rows.length
    ? [plainTable("Whose ground it is. Unknown is not safe.", ["Holder", "Length", "Share"], rows)]
    : [];
}

// ---- starting ------------------------------------------------------------------------------------

function startDrop(page) {
  const withFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const over = (on) => document.body.classList.toggle("dropping", on);
  addEventListener("dragover", (event) => {
    if (withFiles(event)) {
      event.preventDefault();
      over(true);
    }
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) over(false);
  });
  addEventListener("drop", (event) => {
    over(false);
    if (!withFiles(event)) return;
    event.preventDefault();
    takeFiles(page, [...event.dataTransfer.files]);
  });
}

function startOwn(page) {
  page.own = [];
  page.takeOwn = (list) => {
    try {
      takeOwn(page, list);
    } catch {
      /* a link that does not fit is passed over */
    }
  };
  const on = (id, kind, act) => document.getElementById(id).addEventListener(kind, act);
  on("own-draw", "click", () => beginDrawing(page));
  on("own-add", "click", () => takeTyped(page));
  on("own-beside", "change", () => drawOwnTable(page) ?? showOwn(page));
  on("own-csv", "click", () =>
    save(
      `exposure-${page.asOf ?? "undated"}`,
      "csv",
      "text/csv",
      csvOf(tableRoutes(page), page.asOf, (route) => warningsOf(page, route)),
    ),
  );
  on("own-file", "change", ({ target }) => {
    takeFiles(page, [...target.files]);
    target.value = "";
  });
  startDrop(page);
  startDrawing(page);
  page.ownChanged = true;
  showOwn(page);
}
