// Reads routes from files that people bring and from typed coordinates, and writes routes as files.
// What is not understood is refused, in words that name the file and the place. Nothing leaves the page.

class Unreadable extends Error {}

const MOST_BYTES = 20 * 1024 * 1024;
const MOST_ROUTES = 100;
const ORDER = "Write one point a line, latitude first, then longitude, with decimal points: 25.38, 97.40";

function refuse(words) {
  throw new Unreadable(words);
}

// Names come from anywhere: one line, no signs that cannot be seen or that turn the text around.
function cleanName(name, most = 120) {
  const text = typeof name === "string" || isNumber(name) ? String(name) : "";
  return text
    .replace(/[\p{C}\u2028\u2029]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, most);
}

async function readRoutes(file) {
  const name = cleanName(file.name) || "The file";
  if (file.size > MOST_BYTES) refuse(`${name} is larger than 20 MB. “geo expose” measures files of any size.`);
  let bytes = null;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    refuse(`${name} cannot be opened. Is it a folder?`);
  }
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    refuse(`${name} is a packed archive, as KMZ is: unpack it and bring the KML file inside.`);
  const text = decoded(bytes, name).replace(/^\ufeff/, "");
  if (!text.trim()) refuse(`${name} is empty.`);
  const first = text.trimStart()[0];
  if (first !== "<" && first !== "{") refuse(`${name} is neither GPX, KML nor GeoJSON.`);
  const { routes, left, none } = first === "<" ? readXml(text, name) : readGeoJson(text, name);
  const lines = routes
    .map((route) => ({ ...route, parts: route.parts.filter((part) => part.length > 1) }))
    .filter((route) => route.parts.length);
  if (!lines.length) refuse(`${name}: ${none}`);
  if (lines.length > MOST_ROUTES)
    refuse(`${name} holds ${lines.length} lines; the page takes ${MOST_ROUTES}. “geo expose” measures any number.`);
  const stem = name.replace(/\.\w+$/, "");
  return {
    left: left + routes.length - lines.length,
    routes: lines.map((route, at) => ({
      parts: route.parts,
      name: cleanName(route.name) || (lines.length > 1 ? `${stem} ${at + 1}` : stem),
    })),
  };
}

function decoded(bytes, name) {
  const head = String.fromCharCode(...bytes.slice(0, 200));
  const marked = { "\xff\xfe": "utf-16le", "\xfe\xff": "utf-16be" }[head.slice(0, 2)];
  const label = marked ?? /^(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)/.exec(head)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return refuse(`${name} cannot be read as ${label} text.`);
  }
}

// A point of a file, or a refusal that says where it stands.
function spotFrom(lon, lat, where, hint = "Are the two swapped, or are these metres?") {
  for (const [value, axis, most] of [
    [lat, "latitude", 90],
    [lon, "longitude", 180],
  ]) {
    if (value === null || value === undefined) refuse(`${where}: the ${axis} is missing.`);
    if (!isNumber(value)) refuse(`${where}: the ${axis} is not a number.`);
    if (Math.abs(value) > most) refuse(`${where}: ${value} is no ${axis}, it ends at ${most}. ${hint}`);
  }
  return [lon, lat];
}

function numberIn(text) {
  if (text === null || text === undefined || !text.trim()) return null;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text.trim()) ? Number(text) : NaN;
}

// ---- GPX and KML: the browser's reader, which opens no other file ---------------------------------

function readXml(text, name) {
  if (/<!ENTITY/i.test(text)) refuse(`${name} defines entities, which no route needs, and is not read.`);
  const xml = new DOMParser().parseFromString(text.replace(/^\s*<\?xml[^>]*\?>/, ""), "application/xml");
  const broken = xml.getElementsByTagName("parsererror")[0];
  if (broken)
    refuse(
      `${name} is damaged: ${/line \d+ at column \d+/.exec(broken.textContent)?.[0] ?? "it"} is not well-formed XML.`,
    );
  const root = xml.documentElement.localName;
  if (root === "gpx") return readGpx(xml, name);
  if (root === "kml") return readKml(xml, name);
  return refuse(`${name} is neither GPX nor KML: it begins with <${cleanName(root, 40)}>.`);
}

function within(node, ...tags) {
  return tags.flatMap((tag) => [...node.getElementsByTagNameNS("*", tag)]);
}

function nameOf(node) {
  return [...node.children].find((child) => child.localName === "name")?.textContent;
}

function readGpx(xml, name) {
  const points = (node, tag, where) =>
    within(node, tag).map((one, at) =>
      spotFrom(
        numberIn(one.getAttribute("lon")),
        numberIn(one.getAttribute("lat")),
        `${name}, ${where}, point ${at + 1}`,
      ),
    );
  const tracks = within(xml, "trk").map((node, at) => ({
    name: nameOf(node),
    parts: within(node, "trkseg").map((part, number) =>
      points(part, "trkpt", `track ${at + 1}, segment ${number + 1}`),
    ),
  }));
  const routes = within(xml, "rte").map((node, at) => ({
    name: nameOf(node),
    parts: [points(node, "rtept", `route ${at + 1}`)],
  }));
  const loose = within(xml, "wpt").length;
  const also = loose ? ` (${plural(loose, "waypoint", "waypoints")} in no order)` : "";
  const none = `no track and no route of two points or more${also}.`;
  return { routes: [...tracks, ...routes], left: loose, none };
}

function readKml(xml, name) {
  const tuple = (words, where) => spotFrom(numberIn(words[0]), numberIn(words[1]), where);
  const places = within(xml, "Placemark");
  const routes = places.map((place, at) => {
    const where = (number) => `${name}, placemark ${at + 1}, point ${number + 1}`;
    const lines = within(place, "LineString").map((line) => {
      const text = within(line, "coordinates")[0]?.textContent.trim() ?? "";
      return text ? text.split(/\s+/).map((one, number) => tuple(one.split(","), where(number))) : [];
    });
    const tracks = within(place, "Track").map((track) =>
      within(track, "coord").map((one, number) => tuple(one.textContent.trim().split(/\s+/), where(number))),
    );
    return { name: nameOf(place), parts: [...lines, ...tracks] };
  });
  return { routes, left: 0, none: "no line in it; points and areas are no route." };
}

// ---- GeoJSON ------------------------------------------------------------------------------------

const SHAPES = [
  "Point",
  "MultiPoint",
  "LineString",
  "MultiLineString",
  "Polygon",
  "MultiPolygon",
  "GeometryCollection",
];

function readGeoJson(text, name) {
  let data = null;
  try {
    data = JSON.parse(text);
  } catch (error) {
    refuse(`${name} is not JSON: ${cleanName(error.message, 160)}`);
  }
  const crs = data.crs?.properties?.name;
  if (crs && !/crs:?84|epsg:+(4326|4979)$/i.test(crs))
    refuse(`${name} is in ${cleanName(crs, 60)}; the page reads longitude and latitude (EPSG:4326).`);
  const features =
    data.type === "FeatureCollection" ? data.features : [data.type === "Feature" ? data : { geometry: data }];
  if (!Array.isArray(features)) refuse(`${name} has no list of features.`);
  if (features.length === 1 && data === features[0].geometry && !SHAPES.includes(data.type))
    refuse(`${name} is JSON, but not GeoJSON.`);
  const routes = features.map((feature, at) => {
    const facts = feature?.properties ?? {};
    return {
      name: [facts.name, facts.route_id, feature?.id].map((one) => cleanName(one)).find(Boolean),
      parts: linesOf(feature?.geometry, `${name}, feature ${at + 1}`),
    };
  });
  const kinds = [
    ...new Set(features.map((feature) => feature?.geometry?.type).filter((type) => SHAPES.includes(type))),
  ];
  return { routes, left: 0, none: `no line in it${kinds.length ? `, only ${kinds.join(", ")}` : ""}.` };
}

function linesOf(shape, where) {
  const line = (points, part = "") => {
    if (!Array.isArray(points)) refuse(`${where}${part}: a line without a list of points.`);
    return points.map((point, at) =>
      spotFrom(
        point?.[0],
        point?.[1],
        `${where}${part}, point ${at + 1}`,
        "GeoJSON has longitude first: are the two swapped, or are these metres?",
      ),
    );
  };
  if (shape?.type === "LineString") return [line(shape.coordinates)];
  const list =
    shape?.type === "MultiLineString"
      ? shape.coordinates
      : shape?.type === "GeometryCollection"
        ? shape.geometries
        : [];
  if (!Array.isArray(list)) refuse(`${where}: its parts are not a list.`);
  return shape?.type === "MultiLineString"
    ? list.map((points, at) => line(points, `, part ${at + 1}`))
    : list.flatMap((part) => linesOf(part, where));
}

// ---- typed --------------------------------------------------------------------------------------

const TYPED = /^([-+]?\d+(?:\.\d+)?)\s*°?\s*([NSEW]?)(?:\s*,\s*|\s+)([-+]?\d+(?:\.\d+)?)\s*°?\s*([NSEW]?)$/i;

function readTyped(text) {
  const lines = text
    .split(/[\n;]/)
    .map((line) => line.trim())
    .filter(Boolean);
  const points = lines.map((line, at) => {
    const where = `Line ${at + 1}, “${cleanName(line, 40)}”`;
    const [, one, side, other, otherSide] = TYPED.exec(line) ?? refuse(`${where}, is not understood. ${ORDER}`);
    const sides = (side + otherSide).toUpperCase();
    if (sides && !/^([NS][EW]|[EW][NS])$/.test(sides))
      refuse(`${where}: which is north or south, which east or west? ${ORDER}`);
    const numbers = [
      [one, side],
      [other, otherSide],
    ].map(([value, letter]) => Number(value) * (/[SW]/i.test(letter) ? -1 : 1));
    const [lat, lon] = /^[EW]/.test(sides) ? numbers.reverse() : numbers;
    return spotFrom(lon, lat, where, ORDER);
  });
  if (points.length < 2) refuse(`A route needs two points or more. ${ORDER}`);
  return points;
}

// ---- writing ------------------------------------------------------------------------------------

const CSV_NUMBERS = [
  "length_m",
  "exposed_m",
  "exposed_share",
  "boundary_m",
  "crossings",
  "longest_exposed_m",
  "sure_m",
  "possible_m",
];

// Text that a spreadsheet would run as a formula has an apostrophe in front, as in the CSV of “geo expose”.
function csvCell(value) {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvOf(routes, asOf, warnings) {
  const names = [...new Set(routes.flatMap((route) => route.controllers.map((part) => part.controller)))];
  const held = (route, name) => route.controllers.find((part) => part.controller === name)?.inside_m ?? 0;
  const rows = routes.map((route) => [
    asOf,
    route.route_id,
    route.name,
    ...CSV_NUMBERS.map((name) => route[name]),
    ...names.map((name) => held(route, name)),
    warnings(route),
  ]);
  const head = ["as_of", "route_id", "name", ...CSV_NUMBERS, ...names.map((name) => `${name}_m`), "warnings"];
  return [head, ...rows].map((row) => `${row.map(csvCell).join(",")}\n`).join("");
}

function geoJsonOf({ route, parts }, facts) {
  const numbers = Object.fromEntries(CSV_NUMBERS.map((name) => [name, route[name]]));
  const geometry =
    parts.length === 1
      ? { type: "LineString", coordinates: parts[0] }
      : { type: "MultiLineString", coordinates: parts };
  const feature = {
    type: "Feature",
    properties: { route_id: route.route_id, name: route.name, ...facts, ...numbers },
    geometry,
  };
  return `${JSON.stringify({ type: "FeatureCollection", features: [feature] }, null, 1)}\n`;
}

function gpxOf({ name, parts }) {
  const escaped = name.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const segments = parts
    .map((part) => `<trkseg>\n${part.map(([lon, lat]) => `<trkpt lat="${lat}" lon="${lon}"/>\n`).join("")}</trkseg>\n`)
    .join("");
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="corridor-exposure">\n` +
    `<trk>\n<name>${escaped}</name>\n${segments}</trk>\n</gpx>\n`
  );
}

function save(name, ending, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const file = `${
    name
      .replace(/[^\p{L}\p{M}\p{N} ._-]+/gu, "_")
      .replace(/^[. ]+/, "")
      .slice(0, 60) || "route"
  }.${ending}`;
  const anchor = el("a", { href: address, download: file });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}
