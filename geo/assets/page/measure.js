// The twin of geo/control.along and geo/exposure.measure: answers from passages, by arithmetic on intervals.
// Nothing here touches the document.

// ---- arithmetic on intervals ----------------------------------------------------------------------

// The union of intervals [from, to], with a gap between them; what nearly touches is one.
function mergedIntervals(list) {
  const union = [];
  for (const [from, to] of [...list].sort((a, b) => a[0] - b[0])) {
    const last = union.at(-1);
    if (last && from <= last[1] + TINY_M) last[1] = Math.max(last[1], to);
    else union.push([from, to]);
  }
  return union;
}

function sumOf(items, value) {
  return items.reduce((sum, item) => sum + value(item), 0);
}

function widthOf([from, to]) {
  return to - from;
}

// ---- who holds each metre: the finer extent wins, disagreement is contested, silence is unknown ----

const EXTENT_ORDER = ["town", "stretch", "township", "state"]; // finest first
const HOLDER_COLUMNS = ["controller", "control", "actor"];

// Stretches from 0 to the length of the path, from its passages through the areas of the claims `rows`.
function holdersAlong(path, length, passages, rows) {
  const length_m = length ?? segmentsOf(path).length_m;
  const cuts = cutsOf(length_m, passages);
  const who = holdersOf(rows);
  const ranks = ranksOf(rows);
  const stretches = [];
  for (let at = 0; at + 1 < cuts.length; at += 1) {
    const [from_m, to_m] = [cuts[at].mark, cuts[at + 1].mark];
    const spoken = cuts[at].zones;
    const best = Math.min(...[...spoken].map((zone) => ranks[zone]));
    const finest = [...spoken].filter((zone) => ranks[zone] === best);
    const controller = settled(new Set(finest.map((zone) => who[zone])));
    const claims = [...new Set(finest.map((zone) => rows[zone].claim ?? rows[zone].id))].sort();
    const last = stretches.at(-1);
    if (last && last.controller === controller && sameNames(last.claims, claims)) last.to_m = to_m;
    else stretches.push({ from_m, to_m, controller, claims });
  }
  return stretches;
}

// Cuts a route wherever a passage begins or ends, and tells which zones cover it from there to the next cut.
function cutsOf(length_m, passages) {
  const marks = [{ mark: 0 }, { mark: length_m, isEnd: true }];
  for (const { zone, from_m, to_m } of passages) marks.push({ mark: from_m, enter: zone }, { mark: to_m, leave: zone });
  marks.sort((a, b) => a.mark - b.mark);
  const cuts = [];
  let before = -1;
  for (const { mark, isEnd, enter, leave } of marks) {
    // marks nearer than a rounding error are one, or there would be slivers of nobody's
    if (mark - before > TINY_M) cuts.push({ mark, depth: new Map(cuts.at(-1)?.depth) });
    before = mark;
    const cut = cuts.at(-1);
    if (isEnd) cut.mark = length_m;
    if (enter !== undefined) deepen(cut.depth, enter, 1);
    if (leave !== undefined) deepen(cut.depth, leave, -1);
  }
  return cuts.map(({ mark, depth }) => ({ mark, zones: [...depth.keys()].filter((zone) => depth.get(zone) > 0) }));
}

// Only zones that cover the ground are kept, so that a cut costs no more than they are many.
function deepen(depth, zone, step) {
  const now = (depth.get(zone) ?? 0) + step;
  if (now === 0) depth.delete(zone);
  else depth.set(zone, now);
}

function holdersOf(rows) {
  const column = HOLDER_COLUMNS.find((name) => rows.some((row) => name in row.values));
  return rows.map(({ values }) => {
    if (!column) return "unknown";
    return values.status === "contested" ? "contested" : wordsIn(values[column]) || "unknown";
  });
}

function wordsIn(value) {
  return String(value ?? "").trim();
}

function ranksOf(rows) {
  if (!rows.some((row) => "extent" in row.values)) return rows.map(() => 0);
  const ranks = new Map(EXTENT_ORDER.map((extent, rank) => [extent, rank]));
  return rows.map(({ values }) => ranks.get(values.extent) ?? EXTENT_ORDER.length);
}

function settled(names) {
  const known = [...names].filter((name) => name !== "unknown");
  const certain = known.filter((name) => name !== "mixed");
  const left = certain.length ? certain : known;
  if (!left.length) return "unknown";
  return left.length === 1 ? left[0] : "contested";
}

function sameNames(one, other) {
  return one.length === other.length && one.every((name, at) => name === other[at]);
}

// ---- the answer, in the form of the JSON contract -------------------------------------------------

// The chainage of each gap between parts that do not meet: chainage goes on there, the ground does not.
function gapsOf(path) {
  const isGap = ([lon, lat, mark], [x, y, before]) => mark === before && (lon !== x || lat !== y);
  return path.filter((point, at) => at > 0 && isGap(point, path[at - 1])).map((point) => point[2]);
}

function partedAt(gaps, intervals) {
  return gaps.reduce(
    (parts, gap) =>
      parts.flatMap(([from, to]) =>
        from < gap - TINY_M && gap + TINY_M < to
          ? [
              [from, gap],
              [gap, to],
            ]
          : [[from, to]],
      ),
    intervals,
  );
}

// Zones and claims are indexes of what holds on the day; without claims the zones speak for themselves.
function measureRoute(route, zones, claims = zones, source = claims === zones ? "zones" : "control") {
  const segments = segmentsOf(route.path);
  const { length_m } = segments;
  const found = cutSegments(segments, zones);
  const held = claims === zones ? found : cutSegments(segments, claims);
  const inside = found.filter((one) => !one.on_border).map((one) => [one.from_m, one.to_m]);
  const exposed = partedAt(gapsOf(route.path), mergedIntervals(inside));
  const exposed_m = sumOf(exposed, widthOf);
  const touched_m = sumOf(mergedIntervals(found.map((one) => [one.from_m, one.to_m])), widthOf);
  const stretches = holdersAlong(route.path, length_m, held, claims.rows);
  return {
    route_id: route.route_id,
    name: route.name || route.route_id,
    length_m,
    exposed_m,
    exposed_share: length_m > 0 ? exposed_m / length_m : 0,
    // what is touched but not inside; never the rounding of a difference of nothing
    boundary_m: found.some((one) => one.on_border) ? touched_m - exposed_m : 0,
    crossings: exposed.length,
    longest_exposed_m: Math.max(0, ...exposed.map(widthOf)),
    sure_m: null,
    possible_m: null,
    zones: zonesMet(found, zones.rows),
    controllers: controllersOf(stretches, length_m, source),
    events: [],
    exposed,
    sections: sectionsOf(route, length_m, exposed),
    stretches,
    disputes: [], // the page measures with one source of claims
    path: route.path,
  };
}

function zonesMet(found, rows) {
  return [...new Set(found.map((one) => one.zone))].map((zone) => {
    const mine = found.filter((one) => one.zone === zone);
    const metres = (border) =>
      sumOf(
        mine.filter((one) => one.on_border === border),
        (one) => one.to_m - one.from_m,
      );
    return {
      zone_id: rows[zone].id,
      name: rows[zone].name ?? rows[zone].id,
      inside_m: metres(false),
      boundary_m: metres(true),
      passages: mine.map(({ from_m, to_m, entry, exit, on_border }) => ({ from_m, to_m, entry, exit, on_border })),
    };
  });
}

function controllersOf(stretches, length_m, source) {
  const sums = new Map();
  for (const { controller, from_m, to_m } of stretches) {
    sums.set(controller, (sums.get(controller) ?? 0) + (to_m - from_m));
  }
  return [...sums]
    .map(([controller, inside_m]) => ({ controller, source, inside_m, share: inside_m / length_m }))
    .sort((a, b) => b.inside_m - a.inside_m);
}

// A route that was drawn or brought as one line is its own only section.
function sectionsOf(route, length_m, exposed) {
  const own = { section_id: route.route_id, name: route.name || route.route_id, from_m: 0, to_m: length_m, length_m };
  return (route.sections ?? [own]).map((section) => ({
    section_id: section.section_id,
    name: section.name,
    mode: section.mode ?? null,
    from_m: section.from_m,
    to_m: section.to_m,
    length_m: section.length_m,
    exposed_m: sumOf(exposed, ([from, to]) => Math.max(Math.min(to, section.to_m) - Math.max(from, section.from_m), 0)),
    positional_error_m: section.positional_error_m ?? null,
    // bounds are Python's: those of another day or line would be stale
    sure_m: null,
    possible_m: null,
  }));
}

// ---- a layer's rows that hold on a day ------------------------------------------------------------

const INDEXES_KEPT = 24;
const indexesOf = new WeakMap();

// Days on which the same rows hold share one index; the latest used are kept.
function indexOn(layer, day) {
  const rows = rowsHolding(layer, day);
  const key = rows.join();
  if (!indexesOf.has(layer)) indexesOf.set(layer, new Map());
  const kept = indexesOf.get(layer);
  const index = kept.get(key) ?? indexZones(rows.map((number) => namedRows(layer)[number]));
  kept.delete(key);
  kept.set(key, index);
  if (kept.size > INDEXES_KEPT) kept.delete(kept.keys().next().value);
  return index;
}

// Numbers of the rows that hold; periods are valid_from and valid_to, else start and end.
function rowsHolding(layer, day) {
  const titles = layer.columns.map((column) => column.name);
  const dated = titles.includes("valid_from") || titles.includes("valid_to");
  const period = ({ values }) => (dated ? values : { valid_from: values.start, valid_to: values.end });
  return [...layer.rows.keys()].filter((number) => {
    const row = layer.rows[number];
    return ["Polygon", "MultiPolygon"].includes(row.shape?.type) && holdsOn(period(row), day);
  });
}

const namesOf = new WeakMap();

// As zones rows are called by their zone_id, as claims by their area_id; numbers count all rows of the layer.
function namedRows(layer) {
  if (!namesOf.has(layer)) namesOf.set(layer, nameRows(layer, layer.rows));
  return namesOf.get(layer);
}

function nameRows(layer, rows) {
  const titles = layer.columns.map((column) => column.name);
  const claims = idsOf(rows, titles, ["area_id", "zone_id", "id", "name"]);
  const ids = layer.kind === "control_areas" ? claims : idsOf(rows, titles, ["zone_id", "id", "name"]);
  return rows.map(({ shape, values }, at) => ({
    id: ids[at],
    claim: claims[at],
    name: String(values.name ?? "") || ids[at],
    shape,
    values,
  }));
}

// An id that stands again gets a number, so that rows are never mixed up.
function idsOf(rows, titles, columns) {
  const column = columns.find((name) => titles.includes(name));
  const names = rows.map(({ values }, number) => (column && wordsIn(values[column])) || String(number));
  const [taken, seen] = [new Set(names), new Map()];
  return names.map((name) => {
    const numbered = () => `${name} (${seen.get(name)})`;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    while (seen.get(name) > 1 && taken.has(numbered())) seen.set(name, seen.get(name) + 1);
    if (seen.get(name) > 1) taken.add(numbered());
    return seen.get(name) > 1 ? numbered() : name;
  });
}
