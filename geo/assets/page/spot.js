// One kilometre of the chosen route, lit on the strip and on the map at once, from whichever of them the pointer is on.

const SPOT_PIXELS = touch ? 22 : 14;

// How far along a path the point lies that is nearest to a spot of the map; null where none is near enough to be meant.
function chainageNear(page, path, latlng) {
  const point = page.map.latLngToLayerPoint(latlng);
  const pixel = ([lon, lat]) => page.map.latLngToLayerPoint([lat, lon]);
  const edge = (away) => page.map.layerPointToLatLng(point.add([away, away]));
  const [low, high] = [edge(-SPOT_PIXELS), edge(SPOT_PIXELS)];
  const apart = (a, b, axis, least, most) => Math.max(a[axis], b[axis]) < least || Math.min(a[axis], b[axis]) > most;
  let best = null;
  for (let at = 1; at < path.length; at += 1) {
    const [a, b] = [path[at - 1], path[at]];
    if (b[2] <= a[2] || apart(a, b, 0, low.lng, high.lng) || apart(a, b, 1, high.lat, low.lat)) continue;
    const [from, to] = [pixel(a), pixel(b)];
    const [run, rise] = [to.x - from.x, to.y - from.y];
    const along = (point.x - from.x) * run + (point.y - from.y) * rise;
    const share = clamp01(along / (run * run + rise * rise || 1));
    const away = Math.hypot(point.x - from.x - share * run, point.y - from.y - share * rise);
    if (away <= SPOT_PIXELS && (!best || away < best.away)) best = { away, chainage: a[2] + share * (b[2] - a[2]) };
  }
  return best?.chainage ?? null;
}

function lightSpot(page, chainage) {
  const { spot, route, strip } = page;
  const place = route && strip && spotAt(route.path, chainage);
  if (!place) return;
  spot.ring.setLatLng(place);
  if (!page.map.hasLayer(spot.ring)) spot.ring.addTo(page.map);
  const x = strip.scale(chainage);
  const words = strip.needle.lastChild;
  words.textContent = `${km(chainage, "")} km`;
  words.setAttribute("text-anchor", x > strip.width / 2 ? "end" : "start");
  words.setAttribute("dx", x > strip.width / 2 ? -5 : 5);
  strip.needle.setAttribute("transform", `translate(${x} 0)`);
  strip.needle.removeAttribute("visibility");
}

function dimSpot(page) {
  page.spot.ring.remove();
  page.strip?.needle.setAttribute("visibility", "hidden");
}

// What is true at one kilometre, row by row; a stretch that was chosen keeps its words.
function sayHere(page, chainage) {
  if (page.held) return;
  const here = (item) => item.from <= chainage && chainage <= item.to;
  const said = stripRows(page, page.route).flatMap((row) => {
    const words = [...new Set(row.items.filter(here).map((item) => item.words))];
    return words.length ? [`${row.name}: ${words.join("; ")}`] : [];
  });
  const words = el("p", {}, el("strong", {}, `km ${km(chainage, "")}`), `. ${said.join(". ")}.`);
  document.getElementById("strip-words").replaceChildren(words);
}

// The part of the strip that is on the screen follows, where the strip is wider than the screen.
function scrollStrip(page, chainage) {
  const frame = document.querySelector(".strip-scroll");
  const x = page.strip.scale(chainage);
  if (x < frame.scrollLeft || x > frame.scrollLeft + frame.clientWidth) frame.scrollLeft = x - frame.clientWidth / 2;
}

function spotOnMap(page, latlng) {
  const chainage = page.drawing || !page.route || !page.strip ? null : chainageNear(page, page.route.path, latlng);
  if (chainage !== null) {
    lightSpot(page, chainage);
    scrollStrip(page, chainage);
    sayHere(page, chainage);
  } else if (page.map.hasLayer(page.spot.ring)) {
    dimSpot(page);
    if (!page.held) clearPiece(page);
  }
}

// The strip is drawn anew for each route: its needle and its pointer with it.
function startNeedle(page, drawing, width, scale, bottom) {
  const needle = svg(
    "g",
    { class: "needle-line", visibility: "hidden", "aria-hidden": "true" },
    svg("line", { y1: 18, y2: bottom + 4 }),
    svg("text", { y: 18 }),
  );
  drawing.append(needle);
  page.strip = { needle, scale, width };
  page.spot?.ring.remove();
  drawing.addEventListener("pointermove", (event) => {
    const x = event.clientX - drawing.getBoundingClientRect().left;
    const share = clamp01((x - scale(0)) / (scale(page.route.length_m) - scale(0) || 1));
    lightSpot(page, share * page.route.length_m);
  });
  drawing.addEventListener("pointerleave", () => dimSpot(page));
}

// One look a frame, however fast the pointer moves.
function startSpot(page) {
  const ring = { pane: "dots", renderer: page.brushes.dots, interactive: false, radius: 9 };
  page.spot = {
    ring: L.circleMarker([0, 0], { ...ring, color: INK, weight: 4, fillColor: "#ffd84d", fillOpacity: 1 }),
  };
  let wanted = null;
  page.map.on("mousemove", ({ latlng }) => {
    if (!wanted)
      requestAnimationFrame(() => {
        const to = wanted;
        wanted = null;
        spotOnMap(page, to);
      });
    wanted = latlng;
  });
  page.map.on("click", ({ latlng }) => spotOnMap(page, latlng));
  page.map.on("mouseout", () => touch || spotOnMap(page, [90, 0]));
  addEventListener("beforeprint", () => dimSpot(page));
}
