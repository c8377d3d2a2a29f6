// The map: layers as they hold on the day, the routes, and a popup with all that is known of a spot.

const PANES = {
  base: 200,
  tiles: 250,
  control: 300,
  zones: 320,
  discs: 340,
  routes: 400,
  marks: 420,
  chosen: 440,
  dots: 460,
};
const EXTENTS = ["state", "township", "stretch", "town"];
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const touch = matchMedia("(pointer: coarse)").matches;

// Every pane has a canvas of its own, so that a layer switched on again keeps its place in the order.
// The canvases take no clicks: the map does, and asks every shape drawn (see `shapesAt`).
function makePanes(map) {
  const brushes = {};
  for (const [name, order] of Object.entries(PANES)) {
    const pane = map.createPane(name);
    pane.style.zIndex = order;
    pane.style.pointerEvents = "none";
    brushes[name] = L.canvas({ pane: name, padding: 0.3, tolerance: touch ? 12 : 5 });
  }
  return brushes;
}

function controlStyle(values) {
  const look = lookOf(values.controller, values.status, values.extent);
  const rough = values.extent === "township" || values.extent === "state";
  const edge = look.hues?.[0] ?? "#5d656b";
  // a state's own territory is no news: a breath of colour, so that the contested ground stands out
  if (values.extent === "state") return { stroke: false, fill: true, fillColor: edge, fillOpacity: 0.08 };
  return {
    color: edge,
    weight: rough ? 1 : 1.6,
    opacity: 0.9,
    dashArray: rough ? "4 4" : values.confidence === "low" ? "8 3" : null,
    fill: true,
    fillColor: brush(look),
    fillOpacity: rough ? 0.3 : 0.55,
  };
}

const STYLES = {
  boundaries: (values, home) =>
    values.level === 0
      ? { stroke: false, fill: true, fillOpacity: 1, fillColor: values.country === home ? tone.home : tone.land }
      : { color: tone.area, weight: 0.8, dashArray: "2 3", fill: false },
  control_areas: controlStyle,
  conflict_zones: (values) => ({
    color: CONFLICT,
    weight: 1.8,
    dashArray: ["township", "state"].includes(values.extent) ? "5 4" : null,
    fill: true,
    fillColor: brush({ own: "zone" }),
    fillOpacity: 0.65,
  }),
  other: () => ({ color: "#4a5057", weight: 1.6, fillColor: "#8a8f94", fillOpacity: 0.15 }),
};
const PANE_OF = { boundaries: "base", control_areas: "control", conflict_zones: "zones" };

// Rows that hold on the day, the coarse ones first: finer claims are drawn over them.
function rowsOn(layer, date) {
  const depth = (row) => (layer.kind === "boundaries" ? row.values.level : EXTENTS.indexOf(row.values.extent));
  const valid = layer.rows.filter((row) => row.shape && holdsOn(row.values, date));
  return valid
    .map((row, at) => [depth(row), at, row])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map((entry) => entry[2]);
}

function drawShape(page, layer, row) {
  const pane = PANE_OF[layer.kind] ?? "dots";
  const style = (STYLES[layer.kind] ?? STYLES.other)(row.values, page.home);
  const options = { ...style, pane, renderer: page.brushes[pane], interactive: false };
  const drawn = L.geoJSON(row.shape, {
    ...options,
    style: () => options,
    pointToLayer: (_, spot) => L.circleMarker(spot, { ...options, radius: 5 }),
  });
  drawn.eachLayer((path) => page.shapes.push({ path, row }));
  return drawn;
}

function drawPlace(page, layer, row) {
  const spot = [row.shape.coordinates[1], row.shape.coordinates[0]];
  const dot = L.circleMarker(spot, {
    pane: "dots",
    renderer: page.brushes.dots,
    interactive: false,
    radius: 3,
    color: INK,
    weight: 1.3,
    fillColor: tone.paper,
    fillOpacity: 1,
  });
  page.shapes.push({ path: dot, row });
  page.places.push({ row, dot, spot, rank: row.values.rank ?? 2 });
  return dot;
}

const SIGNS = { OPEN: "✓", RESTRICTED: "!", CLOSED: "×", UNCLEAR: "?" };

// A site or a gate: a sign that can be reached by keyboard, and a disc as wide as its place is uncertain.
function drawSign(page, layer, row) {
  const spot = L.latLng(row.shape.coordinates[1], row.shape.coordinates[0]);
  const { status } = row.values;
  const sign = glyph(layer.kind, status);
  const icon = L.divIcon({ className: "sign", html: sign, iconSize: touch ? [44, 44] : [26, 26] });
  const marker = L.marker(spot, { icon, keyboard: true, alt: `${title(row)}, ${status ?? ""}` });
  page.signs.push({ row, spot, marker });
  marker.on("click", () => openPopup(page, spot, [row, ...signsAt(page, spot), ...shapesAt(page, spot)]));
  marker.on("add", () =>
    marker.getElement().setAttribute("aria-label", `${title(row)}, ${status ?? "state not given"}`),
  );
  const group = L.layerGroup([marker]);
  if (layer.kind === "mining_sites" && row.values.precision_m > 0) {
    group.addLayer(
      L.circle(spot, {
        radius: row.values.precision_m,
        pane: "discs",
        renderer: page.brushes.discs,
        interactive: false,
        color: INK,
        weight: 1,
        dashArray: "2 4",
        fillColor: INK,
        fillOpacity: 0.06,
      }),
    );
  }
  return group;
}

function glyph(kind, status) {
  const known = kind === "gates" ? (SIGNS[status] ?? "?") : "";
  return el("span", { class: `glyph ${kind} ${String(status).replace(/\W/g, "")}`, "aria-hidden": "true" }, known);
}

const DRAWERS = { mining_sites: drawSign, gates: drawSign, places: drawPlace };

// Countries are cut at the edge of the layer: the map is a sheet that ends there, with a thin line around it,
// and no border is drawn along the cut.
function drawSea(page, layer) {
  const options = { pane: "base", renderer: page.brushes.base, interactive: false };
  const countries = layer.rows.filter((row) => row.shape && row.values.level === 0);
  const box = L.geoJSON(countries.map((row) => row.shape)).getBounds();
  const onEdge = (a, b) =>
    [0, 1].some(
      (axis) =>
        Math.abs(a[axis] - b[axis]) < 1e-6 &&
        [axis ? box.getSouth() : box.getWest(), axis ? box.getNorth() : box.getEast()].some(
          (edge) => Math.abs(a[axis] - edge) < 1e-4,
        ),
    );
  const rings = countries.flatMap((row) =>
    row.shape.type === "Polygon" ? row.shape.coordinates : row.shape.coordinates.flat(),
  );
  const lines = rings.flatMap((ring) => {
    const parts = [[]];
    ring.forEach((spot, at) => {
      if (at && onEdge(ring[at - 1], spot)) parts.push([]);
      parts.at(-1).push([spot[1], spot[0]]);
    });
    return parts.filter((part) => part.length > 1);
  });
  page.sea = box;
  return [
    L.rectangle(box, { ...options, color: tone.edge, weight: 2, fill: true, fillColor: tone.sea, fillOpacity: 1 }),
    L.polyline(lines, { ...options, color: tone.coast, weight: 1.3 }),
  ];
}

// A layer keeps its group when it is drawn again, so that its box in the legend stays its own.
function drawLayer(page, layer, group = L.layerGroup()) {
  for (const list of ["shapes", "places", "signs"]) page[list] = page[list].filter((one) => one.row?.layer !== layer);
  group.clearLayers();
  const base = layer.kind === "boundaries" ? drawSea(page, layer) : [];
  if (base.length) group.addLayer(base[0]);
  const rows = rowsOn(layer, page.layerDay);
  const draw = (row) => (row.shape.type === "Point" && DRAWERS[layer.kind]) || drawShape;
  for (const row of rows) group.addLayer(draw(row)(page, layer, row));
  if (base.length) group.addLayer(base[1]);
  return { layer, group, count: rows.length, rows };
}

// ---- routes -------------------------------------------------------------------------------------

// The part of a route between two chainages, as lines; ground that is not travelled breaks the line.
function slice(path, from, to) {
  const parts = [];
  let part = [];
  const cut = () => {
    if (part.length > 1) parts.push(part);
    part = [];
  };
  for (let at = 1; at < path.length; at += 1) {
    const [a, b] = [path[at - 1], path[at]];
    if (b[2] <= a[2]) {
      if (a[0] !== b[0] || a[1] !== b[1]) cut();
      continue;
    }
    if (b[2] < from || a[2] > to) continue;
    if (!part.length) part.push(pointAt(a, b, Math.max(from, a[2])));
    part.push(pointAt(a, b, Math.min(to, b[2])));
  }
  cut();
  return parts;
}

function pointAt(a, b, chainage) {
  const share = (chainage - a[2]) / (b[2] - a[2]);
  return [a[1] + (b[1] - a[1]) * share, a[0] + (b[0] - a[0]) * share];
}

function spotAt(path, chainage) {
  for (let at = 1; at < path.length; at += 1) {
    if (path[at][2] >= chainage && path[at][2] > path[at - 1][2]) return pointAt(path[at - 1], path[at], chainage);
  }
  return path.length ? [path.at(-1)[1], path.at(-1)[0]] : null;
}

function line(page, pane, path, from, to, style) {
  return L.polyline(slice(path, from, to), {
    pane,
    renderer: page.brushes[pane],
    interactive: false,
    lineCap: "butt",
    ...style,
  });
}

function drawRoute(page, route) {
  const whole = (style) => line(page, "routes", route.path, 0, Infinity, style);
  const thin = whole({ color: tone.route, weight: 1.9 });
  page.shapes.push({ path: thin, route });
  const exposed = (route.exposed ?? []).map(([from, to]) =>
    line(page, "routes", route.path, from, to, { color: CONFLICT, weight: 4.6 }),
  );
  return L.layerGroup([whole({ color: tone.paper, weight: 5, opacity: 0.85 }), ...exposed, thin]);
}

// The chosen route is drawn again, wide: holders in the middle, conflict as a band to both sides.
function drawChosen(page, route) {
  const draw = (from, to, style) => line(page, "chosen", route.path, from, to, style);
  const group = L.layerGroup([draw(0, Infinity, { color: tone.paper, weight: 13 })]);
  for (const [from, to] of route.exposed ?? []) {
    group.addLayer(draw(from, to, { color: CONFLICT, weight: 17 }));
    group.addLayer(draw(from, to, { color: tone.paper, weight: 11 }));
  }
  group.addLayer(draw(0, Infinity, { color: INK, weight: 9 }));
  for (const part of stretchesOf(page, route)) {
    group.addLayer(draw(part.from_m, part.to_m, { color: brush(part.look), weight: 6 }));
  }
  return group;
}

// A stretch is as sure as the claims that it rests on.
function stretchesOf(page, route) {
  return (route.stretches ?? []).map((part) => {
    const claims = (part.claims ?? []).map((id) => page.claims.get(id)).filter(Boolean);
    const status = part.status ?? claims.map((row) => row.values.status).find((word) => word !== "held") ?? "held";
    const rough = claims.length > 0 && claims.every((row) => ["township", "state"].includes(row.values.extent));
    return {
      ...part,
      status,
      rough,
      rows: claims,
      look: lookOf(part.controller, status, rough ? "township" : "stretch"),
    };
  });
}

function mark(page, route, from, to, { fit = false } = {}) {
  page.marks.clearLayers();
  if (from === null) return;
  const parts = slice(route.path, from, to);
  const style = { pane: "marks", renderer: page.brushes.marks, interactive: false };
  page.marks.addLayer(L.polyline(parts, { ...style, color: INK, weight: 24 }));
  page.marks.addLayer(L.polyline(parts, { ...style, color: "#ffd84d", weight: 20 }));
  const bounds = L.latLngBounds(parts.flat());
  if (fit && bounds.isValid()) fitTo(page, bounds, 10);
}

function fitTo(page, bounds, maxZoom = 12) {
  const legend = document.getElementById("legend");
  const beside = legend.open && !document.body.classList.contains("printing");
  const aside = beside && page.map.getSize().x > 620 ? legend.offsetWidth + 12 : 0;
  page.map.fitBounds(bounds, {
    paddingTopLeft: [46, 24],
    paddingBottomRight: [24 + aside, 24],
    maxZoom,
    animate: !calm && page.ready,
  });
}

// ---- what is here -------------------------------------------------------------------------------

function shapesAt(page, spot) {
  const point = page.map.latLngToLayerPoint(spot);
  const seen = ({ path }) => page.map.hasLayer(path) && path.options.opacity !== 0 && path._containsPoint(point);
  const found = page.shapes.filter((shape) => shape.row?.layer.kind !== "boundaries" && seen(shape));
  const size = ({ path }) => {
    const box = path._pxBounds?.getSize?.();
    return path instanceof L.Polygon ? box.x * box.y : 0;
  };
  found.sort((a, b) => size(a) - size(b));
  return [...new Set(found.map((shape) => shape.row ?? shape.route))];
}

// Signs may lie over each other: all that touch this one.
function signsAt(page, spot) {
  const point = page.map.latLngToLayerPoint(spot);
  const near = (sign) =>
    page.map.hasLayer(sign.marker) && page.map.latLngToLayerPoint(sign.spot).distanceTo(point) < 18;
  return page.signs.filter(near).map((sign) => sign.row);
}

function title(row) {
  const { values } = row;
  const words =
    values.name || values.place || values.corridor || values.zone_id || Object.values(values).find((value) => value);
  return values.controller && values.place
    ? `${words}: ${holderWords(values.controller, values.status)}`
    : String(words ?? NONE);
}

const EMPTY = { valid_from: "before the record", valid_to: "still so when the source was written" };

function valueNode(column, value) {
  if (value === null || value === "") return document.createTextNode(EMPTY[column.name] ?? NONE);
  if (column.type === "date") return document.createTextNode(day(value));
  if (column.type === "metres" && isNumber(value))
    return document.createTextNode(value < 1000 ? `${value} m` : km(value));
  if (/^https?:\/\//i.test(value)) return link(value);
  return document.createTextNode(typeof value === "boolean" ? (value ? "yes" : "no") : String(value));
}

function rowCard(row) {
  const { layer, values } = row;
  const facts = layer.columns.flatMap((column) => [
    el("dt", {}, column.label),
    el("dd", {}, valueNode(column, values[column.name])),
  ]);
  const from = `${layer.passport.title}, as of ${day(layer.passport.as_of)}`;
  return el("div", { class: "card" }, el("p", { class: "from" }, from), el("dl", {}, ...facts));
}

function routeCard(page, route) {
  const choose = el("button", { type: "button" }, "Choose this route");
  choose.addEventListener("click", () => {
    page.map.closePopup();
    page.choose(route.route_id);
  });
  const words = `${km(route.exposed_m)} of ${km(route.length_m)} inside the zones ${validOn(page.asOf)}`;
  return el("div", { class: "card" }, el("p", { class: "from" }, "Route"), el("p", {}, words), choose);
}

// The first thing found is open, the others at the same spot are one press away.
function openPopup(page, spot, found) {
  const things = [...new Set(found)];
  if (!things.length) return;
  const cards = things.map((thing, at) => {
    const heading = thing.layer ? title(thing) : thing.name;
    const card = thing.layer ? rowCard(thing) : routeCard(page, thing);
    return el("details", { open: at === 0 ? "" : null }, el("summary", {}, heading), card);
  });
  const also = things.length > 1 ? el("p", { class: "from" }, `${things.length} things are known here`) : null;
  const size = page.map.getSize();
  const legend = size.x > 620 ? document.getElementById("legend").offsetWidth : 0;
  L.popup({
    maxWidth: 330,
    minWidth: 250,
    maxHeight: Math.max(160, size.y - (legend ? 110 : 70)),
    autoPanPaddingTopLeft: legend ? [60, 12] : [8, 8],
    autoPanPaddingBottomRight: legend ? [legend + 20, 12] : [8, 8],
  })
    .setLatLng(spot)
    .setContent(el("div", { class: "popup" }, also, ...cards))
    .openOn(page.map);
}

// On a narrow screen the map is above what was pressed.
function toMap() {
  if (innerWidth < 900) document.getElementById("map").scrollIntoView({ behavior: calm ? "auto" : "smooth" });
}

function showRow(page, row) {
  const shape = page.shapes.find((one) => one.row === row);
  const spot = shape?.path.getLatLng?.() ?? (row.label ? L.latLng(row.label[1], row.label[0]) : null);
  if (!spot) return;
  toMap();
  page.map.setView(spot, page.map.getZoom(), { animate: false });
  openPopup(page, spot, [row]);
}
