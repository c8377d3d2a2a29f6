// The twin of geo/geodesy and geo/passages: the same numbers, on the page.
// A route is a ruler. It is cut against every zone once; what follows (measure.js) is arithmetic.
// Nothing here touches the document.

// ---- metres on WGS 84, along lines drawn straight in longitude and latitude -----------------------

const TINY_M = 1e-6; // a stretch shorter than this is the rounding of coordinates, not a passage
const SEMI_MAJOR_M = 6378137;
const FLATTENING = 1 / 298.257223563;
const ECCENTRICITY2 = FLATTENING * (2 - FLATTENING);
const SHORT_EDGE_DEG = 0.05;
const STEP_DEG = 0.25;
const RADIAN = Math.PI / 180;
const TWO_NODES = [
  [-0.5773502691896257, 1],
  [0.5773502691896257, 1],
];
const THREE_NODES = [
  [-0.7745966692414834, 5 / 9],
  [0, 8 / 9],
  [0.7745966692414834, 5 / 9],
];

function arcLength(lon0, lat0, lon1, lat1) {
  const span = Math.max(Math.abs(lon1 - lon0), Math.abs(lat1 - lat0));
  if (span <= SHORT_EDGE_DEG) return gaussLength(lon1 - lon0, lat0, lat1 - lat0, TWO_NODES);
  const steps = Math.ceil(span / STEP_DEG);
  const run = (lon1 - lon0) / steps;
  const rise = (lat1 - lat0) / steps;
  let metres = 0;
  for (let step = 0; step < steps; step += 1) metres += gaussLength(run, lat0 + step * rise, rise, THREE_NODES);
  return metres;
}

function gaussLength(run, lat0, rise, rule) {
  let total = 0;
  for (const [node, weight] of rule) {
    const sin2 = Math.sin(lat0 * RADIAN + rise * RADIAN * ((1 + node) / 2)) ** 2;
    const bend = 1 / (1 - ECCENTRICITY2 * sin2);
    const north = rise * RADIAN * (1 - ECCENTRICITY2) * bend;
    total += (weight / 2) * Math.sqrt(bend * (north ** 2 + (1 - sin2) * (run * RADIAN) ** 2));
  }
  return SEMI_MAJOR_M * total;
}

// Parts of a line as one list of [lon, lat, chainage]; the gap between two parts is not travelled.
function measuredPath(parts) {
  let metres = 0;
  return parts.flatMap((part) =>
    part.map(([lon, lat], at) => {
      if (at > 0) metres += arcLength(part[at - 1][0], part[at - 1][1], lon, lat);
      return [lon, lat, metres];
    }),
  );
}

// The edges that are travelled. A run is a stretch without a gap; parts that meet in a point are one run.
function segmentsOf(path) {
  const segments = { rows: [], runs: [], length_m: 0 };
  let follows = false;
  for (let at = 1; at < path.length; at += 1) {
    const [x0, y0, before] = path[at - 1];
    const [x1, y1, after] = path[at];
    if (x0 === x1 && y0 === y1) continue;
    if (after > before) {
      addSegment(segments, [x0, y0, x1, y1], follows);
      follows = true;
    } else {
      follows = false;
    }
  }
  return segments;
}

function addSegment(segments, [x0, y0, x1, y1], follows) {
  if (Math.abs(x1 - x0) >= 180) {
    const from = `an edge from ${x0}, ${y0} spans 180 degrees of longitude or more`;
    throw new RangeError(`${from}: cut it at the antimeridian`);
  }
  const number = segments.rows.length;
  if (!follows) segments.runs.push({ first: number, last: number });
  segments.runs.at(-1).last = number;
  const length = arcLength(x0, y0, x1, y1);
  segments.rows.push({ x0, y0, x1, y1, chainage: segments.length_m, length, run: segments.runs.length - 1 });
  segments.length_m += length;
}

function placeOn(segment, at) {
  if (at === 1) return [segment.x1, segment.y1];
  return [segment.x0 + at * (segment.x1 - segment.x0), segment.y0 + at * (segment.y1 - segment.y0)];
}

function chainageOn(segment, at) {
  if (at === 1) return segment.chainage + segment.length;
  const [lon, lat] = placeOn(segment, at);
  return segment.chainage + Math.min(arcLength(segment.x0, segment.y0, lon, lat), segment.length);
}

// ---- on which side of a line a point lies, exactly ------------------------------------------------

// Shewchuk's bound for the sign is 3.3e-16; the value places the crossing, so ten digits of it are kept.
const DOUBT = 1e-6;
const SPLITTER = 134217729;

// Twice the signed area of a, b, c: positive where c lies left of the line from a to b, 0 where on it.
function turn(ax, ay, bx, by, cx, cy) {
  const left = (bx - ax) * (cy - ay);
  const right = (by - ay) * (cx - ax);
  const area = left - right;
  if (Math.abs(area) > DOUBT * (Math.abs(left) + Math.abs(right))) return area;
  if ((ax === cx && ay === cy) || (bx === cx && by === cy)) return 0;
  const products = [
    [bx, cy],
    [-by, cx],
    [-bx, ay],
    [by, ax],
    [-ax, cy],
    [ay, cx],
  ];
  return exactSum(products.flatMap(([u, v]) => exactProduct(u, v)));
}

// A product as its rounded value and the rounding error (Dekker).
function exactProduct(u, v) {
  const product = u * v;
  const highU = SPLITTER * u - (SPLITTER * u - u);
  const highV = SPLITTER * v - (SPLITTER * v - v);
  const [lowU, lowV] = [u - highU, v - highV];
  return [product, lowU * lowV - (product - highU * highV - lowU * highV - highU * lowV)];
}

// A sum without cancellation (Shewchuk): the parts do not overlap, so the last one has the sign.
function exactSum(terms) {
  const parts = [];
  for (const term of terms) {
    let [sum, kept] = [term, 0];
    for (const part of parts) {
      const [big, small] = Math.abs(sum) < Math.abs(part) ? [part, sum] : [sum, part];
      sum = big + small;
      const lost = small - (sum - big);
      if (lost !== 0) parts[kept++] = lost;
    }
    parts.length = kept;
    parts.push(sum);
  }
  return parts.reduce((sum, part) => sum + part, 0);
}

// A tie is broken by moving the route by (e, e²), e arbitrarily small: the same small move for all of it.
function tieOf(run, rise) {
  return rise !== 0 ? -Math.sign(rise) : Math.sign(run);
}

function sideOf(area, tie) {
  return area !== 0 ? Math.sign(area) : tie;
}

// ---- the edges of zones, in the cells of a uniform grid -------------------------------------------

// Rows {id, name, shape, values}; the index may be used for any number of routes.
function indexZones(rows) {
  const ends = [];
  const zone = [];
  const firstOf = new Int32Array(rows.length + 1);
  rows.forEach((row, number) => {
    for (const ring of ringsOf(row.shape)) addRing(ring, number, ends, zone);
    firstOf[number + 1] = zone.length;
  });
  const edges = Float64Array.from(ends);
  const grid = gridOver(edges);
  return {
    rows,
    edges,
    zone: Int32Array.from(zone),
    firstOf,
    boxes: boxesOf(edges, firstOf),
    grid,
    ...intoCells(edges, grid),
    seen: new Int32Array(zone.length),
    turnOf: 0,
  };
}

function ringsOf(shape) {
  const polygons = shape.type === "MultiPolygon" ? shape.coordinates : [shape.coordinates];
  return polygons.flatMap((rings) => rings.map((ring, at) => ({ ring, isShell: at === 0 })));
}

// Edges have their zone on the left, whichever way the ring was drawn.
function addRing({ ring, isShell }, number, ends, zone) {
  const points = ring.filter((point, at) => at === 0 || point[0] !== ring[at - 1][0] || point[1] !== ring[at - 1][1]);
  const backwards = turnsLeft(points) !== isShell;
  for (let at = 1; at < points.length; at += 1) {
    const [tail, head] = backwards ? [points[at], points[at - 1]] : [points[at - 1], points[at]];
    ends.push(tail[0], tail[1], head[0], head[1]);
    zone.push(number);
  }
}

// A ring turns left where it turns left at its most western vertex: exact, however thin it is.
function turnsLeft(points) {
  const corners = points.length - 1;
  let west = 0;
  for (let at = 1; at < corners; at += 1) {
    const [x, y] = points[at];
    if (x < points[west][0] || (x === points[west][0] && y < points[west][1])) west = at;
  }
  const before = points[(west + corners - 1) % corners];
  const [here, after] = [points[west], points[west + 1]];
  return turn(before[0], before[1], here[0], here[1], after[0], after[1]) > 0;
}

function boxesOf(edges, firstOf) {
  const boxes = new Float64Array(4 * (firstOf.length - 1));
  for (let number = 0; number < firstOf.length - 1; number += 1) {
    boxes.set(boxOf(edges, firstOf[number], firstOf[number + 1]), 4 * number);
  }
  return boxes;
}

function boxOf(edges, first, last) {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 4 * first; at < 4 * last; at += 2) {
    west = Math.min(west, edges[at]);
    east = Math.max(east, edges[at]);
    south = Math.min(south, edges[at + 1]);
    north = Math.max(north, edges[at + 1]);
  }
  return [west, south, east, north];
}

// Square-ish cells, about as large as an edge, at most four for each edge.
function gridOver(edges) {
  const count = edges.length / 4;
  if (count === 0) return { west: 0, south: 0, width: 1, height: 1, columns: 1, rows: 1 };
  const [west, south, east, north] = boxOf(edges, 0, count);
  const [wide, high] = [Math.max(east - west, 1e-9), Math.max(north - south, 1e-9)];
  let spans = 0;
  for (let at = 0; at < edges.length; at += 4) {
    spans += Math.abs(edges[at + 2] - edges[at]) + Math.abs(edges[at + 3] - edges[at + 1]);
  }
  const size = Math.max(
    spans / count,
    Math.sqrt((wide * high) / (4 * count)),
    Math.max(wide, high) / (4 * count),
    1e-9,
  );
  const [columns, rows] = [Math.ceil(wide / size), Math.ceil(high / size)];
  const [width, height] = [(wide / columns) * (1 + 1e-12), (high / rows) * (1 + 1e-12)];
  return { west, south, width, height, columns, rows };
}

// Lists the cells that a line passes through into `cells`, and gives their number.
function coverCells(grid, x0, y0, x1, y1, cells) {
  const left = Math.max(Math.floor((Math.min(x0, x1) - grid.west) / grid.width), 0);
  const right = Math.min(Math.floor((Math.max(x0, x1) - grid.west) / grid.width), grid.columns - 1);
  const low = Math.max(Math.floor((Math.min(y0, y1) - grid.south) / grid.height), 0);
  const high = Math.min(Math.floor((Math.max(y0, y1) - grid.south) / grid.height), grid.rows - 1);
  const whole = left >= right || low >= high || Math.abs(x1 - x0) < 1e-6 * grid.width;
  let count = 0;
  for (let column = left; column <= right; column += 1) {
    let [bottom, top] = [low, high];
    if (!whole) {
      // rounding must not lose a cell; one too many costs little
      const slack = 1e-6 * grid.height;
      // on a steep line a rounded column is a long way up: take a little of its neighbours
      const aside = 1e-6 * grid.width + 1e-12;
      const west = grid.west + column * grid.width;
      const enter = y0 + clamp01((west - aside - x0) / (x1 - x0)) * (y1 - y0);
      const leave = y0 + clamp01((west + grid.width + aside - x0) / (x1 - x0)) * (y1 - y0);
      bottom = Math.max(low, Math.floor((Math.min(enter, leave) - slack - grid.south) / grid.height));
      top = Math.min(high, Math.floor((Math.max(enter, leave) + slack - grid.south) / grid.height));
    }
    for (let row = bottom; row <= top; row += 1) cells[count++] = column * grid.rows + row;
  }
  return count;
}

function clamp01(share) {
  return Math.min(Math.max(share, 0), 1);
}

// The edges of cell c are `inCells` from `firstIn[c]` up to `firstIn[c + 1]`.
function intoCells(edges, grid) {
  const cells = [];
  const firstIn = new Int32Array(grid.columns * grid.rows + 1);
  const each = (visit) => {
    for (let edge = 0; edge < edges.length / 4; edge += 1) {
      const at = 4 * edge;
      const count = coverCells(grid, edges[at], edges[at + 1], edges[at + 2], edges[at + 3], cells);
      for (let place = 0; place < count; place += 1) visit(cells[place], edge);
    }
  };
  each((cell) => {
    firstIn[cell + 1] += 1;
  });
  for (let cell = 1; cell < firstIn.length; cell += 1) firstIn[cell] += firstIn[cell - 1];
  const inCells = new Int32Array(firstIn[firstIn.length - 1]);
  const next = firstIn.slice();
  each((cell, edge) => {
    inCells[next[cell]++] = edge;
  });
  return { firstIn, inCells };
}

// ---- passages: from metre a to metre b, inside zone Z ---------------------------------------------

// One for each maximal stretch strictly inside a zone, and one for each that runs exactly along its border.
function findPassages(path, index) {
  return cutSegments(segmentsOf(path), index);
}

function cutSegments(segments, index) {
  if (!segments.rows.length || !index.rows.length) return [];
  const meetings = meetingsOf(segments, index);
  const found = [];
  for (const { run, zone, rows, inside } of meetings.values()) {
    const first = segments.rows[segments.runs[run].first];
    const last = segments.rows[segments.runs[run].last];
    // each run begins and ends with a row of its own, so that every stretch has two rows
    const start = { segment: first, at: 0, mark: first.chainage, inside, border: 0 };
    const end = { segment: last, at: 1, mark: last.chainage + last.length, inside: 0, border: 0 };
    found.push(
      ...stretchesBetween(
        [start, ...rows, end].sort((a, b) => a.mark - b.mark),
        zone,
      ),
    );
  }
  return found.sort((a, b) => a.zone - b.zone || a.from_m - b.from_m);
}

// What happens to each run in each zone: does it begin inside, and where does it meet the border?
function meetingsOf(segments, index) {
  const meetings = new Map();
  const meetingOf = (run, zone) => {
    const key = run * index.rows.length + zone;
    if (!meetings.has(key)) meetings.set(key, { run, zone, rows: [], inside: 0 });
    return meetings.get(key);
  };
  segments.runs.forEach(({ first }, run) => {
    const { x0, y0 } = segments.rows[first];
    for (let zone = 0; zone < index.rows.length; zone += 1) {
      if (startsInside(x0, y0, zone, index)) meetingOf(run, zone).inside = 1;
    }
  });
  for (const segment of segments.rows) {
    eachNearEdge(segment, index, (edge) => {
      for (const [at, inside, border] of meetEdge(segment, index.edges, 4 * edge)) {
        const mark = chainageOn(segment, at);
        meetingOf(segment.run, index.zone[edge]).rows.push({ segment, at, mark, inside, border });
      }
    });
  }
  return meetings;
}

// Whether a point, moved by (e, e²), is inside: an odd number of edges lies to one side.
function startsInside(x, y, zone, { edges, firstOf, boxes }) {
  const box = 4 * zone;
  if (x < boxes[box] || y < boxes[box + 1] || x > boxes[box + 2] || y > boxes[box + 3]) return false;
  let inside = false;
  for (let at = 4 * firstOf[zone]; at < 4 * firstOf[zone + 1]; at += 4) {
    const rises = (edges[at + 3] > y) - (edges[at + 1] > y);
    if (rises === 0) continue;
    const area = turn(edges[at], edges[at + 1], edges[at + 2], edges[at + 3], x, y);
    const tie = tieOf(edges[at + 2] - edges[at], edges[at + 3] - edges[at + 1]);
    if (sideOf(area, tie) === rises) inside = !inside;
  }
  return inside;
}

const routeCells = [];

// Visits each edge once whose box meets the segment's, of those that share a cell with it.
function eachNearEdge({ x0, y0, x1, y1 }, index, visit) {
  const { edges, grid, firstIn, inCells, seen } = index;
  index.turnOf += 1;
  const [west, east] = x0 < x1 ? [x0, x1] : [x1, x0];
  const [south, north] = y0 < y1 ? [y0, y1] : [y1, y0];
  const count = coverCells(grid, x0, y0, x1, y1, routeCells);
  for (let place = 0; place < count; place += 1) {
    const cell = routeCells[place];
    for (let entry = firstIn[cell]; entry < firstIn[cell + 1]; entry += 1) {
      const edge = inCells[entry];
      if (seen[edge] === index.turnOf) continue;
      seen[edge] = index.turnOf;
      const at = 4 * edge;
      if (Math.max(edges[at], edges[at + 2]) < west || Math.min(edges[at], edges[at + 2]) > east) continue;
      if (Math.max(edges[at + 1], edges[at + 3]) < south || Math.min(edges[at + 1], edges[at + 3]) > north) continue;
      visit(edge);
    }
  }
}

// Where a segment meets an edge: [share of the segment, change of depth inside, change of depth on the border].
function meetEdge(segment, edges, at) {
  const { x0, y0, x1, y1 } = segment;
  const [ax, ay, bx, by] = [edges[at], edges[at + 1], edges[at + 2], edges[at + 3]];
  const ofStart = turn(ax, ay, bx, by, x0, y0);
  const ofEnd = turn(ax, ay, bx, by, x1, y1);
  if (ofStart === 0 && ofEnd === 0) return meetAlong(segment, ax, ay, bx, by);
  const tie = tieOf(bx - ax, by - ay);
  const entering = sideOf(ofStart, tie) < 0;
  if (entering === sideOf(ofEnd, tie) < 0) return [];
  const own = -tieOf(x1 - x0, y1 - y0);
  const leftA = sideOf(turn(x0, y0, x1, y1, ax, ay), own) < 0;
  if (leftA === sideOf(turn(x0, y0, x1, y1, bx, by), own) < 0) return [];
  return [[ofStart / (ofStart - ofEnd), entering ? 1 : -1, 0]];
}

// Where a segment and an edge of one line overlap.
function meetAlong({ x0, y0, x1, y1 }, ax, ay, bx, by) {
  const flat = Math.abs(x1 - x0) >= Math.abs(y1 - y0);
  const [from, span, a, b] = flat ? [x0, x1 - x0, ax, bx] : [y0, y1 - y0, ay, by];
  const shares = [clamp01((a - from) / span), clamp01((b - from) / span)];
  const [low, high] = [Math.min(...shares), Math.max(...shares)];
  return high > low
    ? [
        [low, 0, 1],
        [high, 0, -1],
      ]
    : [];
}

// Reads the stretches off the depths; neighbours of one state are one, what is tiny is none.
function stretchesBetween(rows, zone) {
  const found = [];
  let [inside, border, before] = [0, 0, "none yet"];
  for (let at = 0; at + 1 < rows.length; at += 1) {
    inside += rows[at].inside;
    border += rows[at].border;
    if (rows[at + 1].mark - rows[at].mark <= TINY_M) continue;
    const state = border > 0 ? "border" : inside > 0 ? "inside" : "outside";
    if (state !== before && state !== "outside") found.push({ on_border: state === "border", from: rows[at] });
    if (state !== "outside") found.at(-1).to = rows[at + 1];
    before = state;
  }
  return found.map(({ from, to, on_border }) => ({
    zone,
    from_m: from.mark,
    to_m: to.mark,
    on_border,
    entry: placeOn(from.segment, from.at),
    exit: placeOn(to.segment, to.at),
  }));
}
