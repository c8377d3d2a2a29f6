// Starts the page and joins its parts: tabs, the choice of a route, window size, printing.

function showTab(name, focus = false) {
  for (const tab of document.querySelectorAll("#tabs [role=tab]")) {
    const on = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !on;
    if (on && focus) tab.focus();
  }
}

function startTabs() {
  const tabs = [...document.querySelectorAll("#tabs [role=tab]")];
  tabs.forEach((tab, at) => {
    tab.addEventListener("click", () => showTab(tab.id.slice(4)));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) showTab(tabs.at((at + step) % tabs.length).id.slice(4), true);
    });
  });
  showTab("corridors");
}

function choose(page, id, { fit = true } = {}) {
  const routes = routesOf(page);
  const route = routes.find((one) => one.route_id === id) ?? routes[0];
  if (!route) return;
  page.route = route;
  document.getElementById("choice").value = route.route_id;
  if (page.chosenLayer) page.map.removeLayer(page.chosenLayer);
  page.chosenLayer = drawChosen(page, route);
  if (page.toggles.get("routes")?.checked !== false) page.chosenLayer.addTo(page.map);
  verdict(page, route);
  whose(page, route);
  howSure(page, route);
  showNear(page, route);
  sayEdge(page);
  markRow(route);
  drawStrip(page, route);
  if (page.own) showOwn(page);
  showWays(page);
  if (fit) fitRoutes(page, [route]);
}

function fitRoutes(page, routes) {
  const spots = routes.flatMap((route) => route.path.map((point) => [point[1], point[0]]));
  if (spots.length) fitTo(page, L.latLngBounds(spots));
}

function fillChoice(page) {
  const box = document.getElementById("choice");
  const option = (route) => el("option", { value: route.route_id }, route.name || route.route_id);
  const group = (label, routes) => (routes.length ? [el("optgroup", { label }, ...routes.map(option))] : []);
  const own = (page.own ?? []).map((one) => one.route);
  box.replaceChildren(
    ...page.found.routes.map(option),
    ...group("Ways", wayRoutes(page)),
    ...group("Your routes", own),
  );
  if (page.route) box.value = page.route.route_id;
}

function startChoice(page) {
  const box = document.getElementById("choice");
  fillChoice(page);
  box.addEventListener("change", () => page.choose(box.value));
  document.getElementById("dated").textContent = stateOn(page.asOf);
}

// Corridors that were measured are drawn as routes; their rows only answer clicks.
function hideMeasuredRows(page) {
  if (!page.corridorsAreRoutes) return;
  for (const { path, row } of page.shapes) if (row?.layer.kind === "corridors") path.setStyle({ stroke: false });
}

// Everything is drawn before any of it is put on the map: what is on it is projected again with every change of view.
function drawMap(page) {
  page.routeLayer = L.layerGroup(page.found.routes.map((route) => drawRoute(page, route)));
  const measured = new Set(page.found.routes.map((route) => route.route_id));
  page.corridorsAreRoutes = page.layers.some(
    (layer) => layer.kind === "corridors" && layer.rows.some((row) => measured.has(row.values.corridor_id)),
  );
  page.drawn = page.layers.filter((layer) => layer.shapes.length).map((layer) => drawLayer(page, layer));
  hideMeasuredRows(page);
  page.map.on("popupopen popupclose", (event) =>
    document.getElementById("map").classList.toggle("reading", event.type === "popupopen"),
  );
  page.map.on("click", (event) => page.drawing || openPopup(page, event.latlng, shapesAt(page, event.latlng)));
  document.getElementById("credit").append(...credits(page).slice(0, 2));
}

function showMap(page) {
  page.map.invalidateSize({ animate: false });
  firstView(page);
  for (const group of [page.routeLayer, ...page.drawn.map((one) => one.group)]) group.addTo(page.map);
}

function firstView(page) {
  if (page.found.routes.length) return fitRoutes(page, page.found.routes);
  const ways = page.ways?.flatMap((one) => one.scenarios.flatMap((each) => each.ways.map((way) => way.route))) ?? [];
  if (ways.length) return fitRoutes(page, page.route ? [page.route] : ways);
  const spots = page.layers.flatMap((layer) => layer.labels);
  if (spots.length) fitTo(page, L.latLngBounds(spots.map((spot) => [spot[1], spot[0]])), 8);
  return undefined;
}

function startWindow(page) {
  let width = innerWidth;
  new ResizeObserver(() => page.map.invalidateSize({ animate: false })).observe(document.getElementById("map"));
  addEventListener("resize", () => {
    if (innerWidth !== width && page.route) {
      drawStrip(page, page.route);
      showNear(page, page.route);
    }
    width = innerWidth;
  });
  const legend = document.getElementById("legend");
  let open = legend.open;
  addEventListener("beforeprint", () => {
    open = legend.open;
    legend.open = true;
    document.body.classList.add("printing");
    page.map.invalidateSize({ animate: false });
    page.ready = false;
    if (page.route) {
      fitRoutes(page, [page.route]);
      drawStrip(page, page.route);
    }
    drawTime(page);
  });
  addEventListener("afterprint", () => {
    legend.open = open;
    page.ready = true;
    document.body.classList.remove("printing");
    page.map.invalidateSize({ animate: false });
    if (page.route) drawStrip(page, page.route);
    drawTime(page);
  });
}

function claimsOf(layers, kind, id) {
  const rows = layers.filter((layer) => layer.kind === kind).flatMap((layer) => layer.rows);
  return new Map(rows.map((row) => [row.values[id], row]));
}

async function start() {
  const [about, found, ways, layers] = await Promise.all([
    readIsland("geo-page"),
    readIsland("geo-found"),
    readIsland("geo-ways"),
    readLayers(),
  ]);
  found.routes ??= [];
  const page = {
    ...about,
    asOf: (found.as_of ?? about.as_of)?.slice(0, 10) ?? null,
    found,
    ways,
    layers,
    map: geo_map,
    shapes: [],
    places: [],
    signs: [],
    toggles: new Map(),
    held: false,
    ready: false,
    claims: claimsOf(
      layers.filter((layer) => isFirstSource(found, layer)),
      "control_areas",
      "area_id",
    ),
    zones: claimsOf(layers, "conflict_zones", "zone_id"),
  };
  // An undated answer lies on layers that are shown as they were last known.
  page.layerDay =
    page.asOf ??
    layers
      .map((layer) => layer.newest?.slice(0, 10))
      .filter(Boolean)
      .sort()
      .at(-1) ??
    null;
  page.shown = (name) =>
    [...page.toggles].every(
      ([key, box]) => (key !== name && layers.find((one) => one.name === key)?.kind !== name) || box.checked,
    );
  page.choose = (id, options) => choose(page, id, options);
  page.remember = () => {};
  // What was measured for the page, which stays the answer for its own day whatever day is shown.
  page.answer = {
    asOf: page.asOf,
    day: page.layerDay,
    routes: found.routes,
    warnings: found.warnings,
    reproduce: found.reproduce,
    measured: new Map(),
  };
  page.measureAll = (date) => measureAll(page, date);
  startTheme(page);
  page.brushes = makePanes(page.map);
  page.marks = L.layerGroup().addTo(page.map);
  document.getElementById("legend").open = innerWidth >= 1500;
  northArrow().addTo(page.map);
  L.control.scale({ imperial: false }).addTo(page.map);
  drawMap(page);
  startWays(page);
  startChoice(page);
  startNear(page);
  startTabs();
  drawLegend(page);
  drawTable(page);
  drawAbout(page);
  const worst = [...found.routes].sort((a, b) => compare(b.exposed_m, a.exposed_m))[0];
  if (worst) page.choose(worst.route_id, { fit: false });
  openWays(page);
  startTime(page);
  showMap(page);
  startSpot(page);
  startLabels(page);
  placeLabels(page);
  startSearch(page);
  startOwn(page);
  startPermalink(page);
  startCopy(page);
  startPaper(page);
  startWindow(page);
  page.ready = true;
  // For tests and for those who look inside: what was drawn, and the map itself.
  const kernel = {
    arcLength,
    measuredPath,
    indexZones,
    findPassages,
    mergedIntervals,
    holdersAlong,
    measureRoute,
    indexOn,
  };
  const drawn = Object.fromEntries(page.drawn.map((one) => [one.layer.name, one.count]));
  window.geoPage = { page, drawn, ms: performance.now(), kernel };
}

start();
