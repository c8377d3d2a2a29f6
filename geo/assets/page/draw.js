// Drawing a route on the map: by pointer, by finger, or by keyboard alone.
// The route being drawn is measured at every step; `page.drawing` is there while it lasts.

const MOST_HANDLES = 160;

function drawWords(words) {
  document.getElementById("draw-words").textContent = words;
}

function placeOf(latlng) {
  const spot = latlng.wrap();
  const round = (value) => Math.round(value * HUNDRED_THOUSANDTHS) / HUNDRED_THOUSANDTHS;
  return [round(spot.lng), round(Math.min(Math.max(spot.lat, -85), 85))];
}

function isRoute(parts) {
  return parts.some((part) => part.some(([lon, lat]) => lon !== part[0][0] || lat !== part[0][1]));
}

// Without a route to edit, a new one is begun.
function beginDrawing(page, own = null) {
  if (page.drawing) stopDrawing(page);
  page.map.closePopup();
  page.map.doubleClickZoom.disable();
  const group = L.layerGroup().addTo(page.map);
  const aim = L.polyline([], { color: INK, weight: 2, dashArray: "4 6", interactive: false }).addTo(page.map);
  page.drawing = {
    own: own ?? newOwn(page),
    fresh: !own,
    before: own && JSON.stringify(own.parts),
    past: [],
    group,
    aim,
    picked: null,
    chosen: page.route?.route_id,
  };
  document.getElementById("map").classList.add("drawing");
  document.getElementById("draw-bar").hidden = false;
  toMap();
  if (own) {
    page.choose(own.route_id, { fit: false });
    const bounds = L.latLngBounds(own.parts.flat().map(([lon, lat]) => [lat, lon]));
    if (!page.map.getBounds().contains(bounds)) page.map.fitBounds(bounds.pad(0.1), { animate: false });
  }
  showHandles(page);
  sayDrawing(page);
  page.map.getContainer().focus({ preventScroll: true });
}

// Ends the drawing and gives what was drawn; whether it is kept is for the caller.
function stopDrawing(page) {
  const { drawing } = page;
  drawing.group.remove();
  drawing.aim.remove();
  page.drawing = null;
  page.map.doubleClickZoom.enable();
  document.getElementById("map").classList.remove("drawing");
  document.getElementById("draw-bar").hidden = true;
  drawing.own.parts = drawing.own.parts.filter((part) => part.length > 1);
  return drawing;
}

function finishDrawing(page) {
  if (!isRoute(page.drawing.own.parts)) return drawWords("A route needs two points or more.");
  const { own } = stopDrawing(page);
  settleOwn(page, own);
  sayOwn(`${own.name} is kept on this page until it is closed. Save it as a file to keep it longer.`);
  return document.querySelector("#own [data-act=edit]")?.focus({ preventScroll: true });
}

// What was drawn can be had back: Escape is pressed too easily.
function cancelDrawing(page) {
  const drawing = stopDrawing(page);
  const drawn = drawing.own.parts;
  const bringBack = () => {
    drawing.own.parts = drawn;
    settleOwn(page, drawing.own);
  };
  if (drawing.fresh) dropOwn(page, drawing.own, drawing.chosen);
  else drawing.own.parts = JSON.parse(drawing.before);
  if (!drawing.fresh) settleOwn(page, drawing.own);
  const changed = isRoute(drawn) && JSON.stringify(drawn) !== drawing.before;
  sayOwn(changed ? "Cancelled." : "", changed ? ["Bring it back", bringBack] : null);
  document.getElementById("own-draw").focus({ preventScroll: true });
}

// ---- changes, each of which can be undone --------------------------------------------------------

function keepStep(drawing) {
  drawing.past.push(JSON.stringify(drawing.own.parts));
  if (drawing.past.length > 200) drawing.past.shift();
}

function changeLine(page, act) {
  keepStep(page.drawing);
  act(page.drawing.own.parts);
  showChange(page);
}

function showChange(page) {
  page.drawing.aim.setLatLngs([]);
  measureDrawing(page);
  showHandles(page);
}

// A step that cannot be measured is taken back.
function measureDrawing(page) {
  const { drawing } = page;
  try {
    if (isRoute(drawing.own.parts)) settleOwn(page, drawing.own);
    else if (drawing.own.route) dropOwn(page, drawing.own, drawing.chosen);
  } catch (error) {
    drawing.own.parts = JSON.parse(drawing.past.pop() ?? "[[]]");
    return drawWords(`That point cannot be used: ${error.message}.`);
  }
  return sayDrawing(page);
}

function undoStep(page) {
  const { drawing } = page;
  if (!drawing.past.length) return;
  drawing.own.parts = JSON.parse(drawing.past.pop());
  drawing.picked = null;
  showChange(page);
}

function addPoint(page, latlng) {
  const spot = placeOf(latlng);
  const { own } = page.drawing;
  const last = own.parts.at(-1)?.at(-1);
  if (last && last[0] === spot[0] && last[1] === spot[1]) return;
  page.drawing.picked = null;
  changeLine(page, (parts) => parts.at(-1).push(spot));
}

function removePoint(page, [part, at]) {
  page.drawing.picked = page.drawing.own.parts[part].length > 1 ? [part, Math.max(at - 1, 0)] : null;
  changeLine(page, (parts) => parts[part].splice(at, 1));
}

// An edge may only be cut where it looks cut: half way in longitude and latitude.
function halfWay([lon0, lat0], [lon1, lat1]) {
  return L.latLng((lat0 + lat1) / 2, (lon0 + lon1) / 2);
}

function insertPoint(page, [part, at], latlng) {
  page.drawing.picked = [part, at + 1];
  changeLine(page, (parts) => parts[part].splice(at + 1, 0, placeOf(latlng)));
}

// ---- handles -------------------------------------------------------------------------------------

// A handle for each point in view, and one half way between neighbours that stand far enough apart.
function showHandles(page) {
  const { drawing, map } = page;
  const focused = document.activeElement?.marker?.key;
  const seen = map.getBounds().pad(0.02);
  const pixel = ([lon, lat]) => map.latLngToLayerPoint([lat, lon]);
  const gap = handleSize() * 2.2;
  const near = drawing.own.parts
    .flatMap((points, part) => points.map((point, at) => ({ points, point, place: [part, at] })))
    .filter(({ point }) => seen.contains([point[1], point[0]]));
  drawing.crowded = near.length > MOST_HANDLES;
  drawing.group.clearLayers();
  for (const { points, point, place } of drawing.crowded ? [] : near) {
    drawing.group.addLayer(pointHandle(page, point, place, points.length));
    const next = points[place[1] + 1];
    if (next && pixel(point).distanceTo(pixel(next)) > gap) {
      drawing.group.addLayer(middleHandle(page, halfWay(point, next), place));
    }
  }
  const wanted = drawing.picked ? `point ${drawing.picked}` : focused;
  const again = drawing.group.getLayers().find((marker) => marker.key === wanted);
  again?.getElement().focus({ preventScroll: true });
  markPicked(page);
}

function markPicked(page) {
  const { drawing } = page;
  for (const marker of drawing.group.getLayers()) {
    marker.getElement().classList.toggle("picked", marker.key === `point ${drawing.picked}`);
  }
  document.getElementById("draw-delete").hidden = !drawing.picked;
}

function pickPoint(page, place) {
  page.drawing.picked = place;
  page.drawing.aim.setLatLngs([]);
  markPicked(page);
}

function handleSize() {
  return touch || innerWidth < 900 ? 44 : 26;
}

function handle(page, spot, kind, label, place) {
  const size = handleSize();
  const icon = L.divIcon({ className: `handle ${kind}`, html: el("span"), iconSize: [size, size] });
  const marker = L.marker(spot, { icon, draggable: true, zIndexOffset: kind === "point" ? 1000 : 900 });
  marker.key = `${kind} ${place}`;
  marker.place = place;
  marker.on("dblclick", () => finishDrawing(page));
  marker.on("drag", () => dragPoint(page, marker));
  marker.on("dragend", () => showChange(page));
  marker.on("add", () => {
    const node = marker.getElement();
    node.setAttribute("aria-label", label);
    node.marker = marker;
    node.addEventListener("focus", () => pickPoint(page, kind === "point" ? place : null));
  });
  return marker;
}

function pointHandle(page, [lon, lat], place, count) {
  const label = `Point ${place[1] + 1} of ${count}, ${spotWords([lon, lat])}. Arrow keys move it, Delete removes it.`;
  const marker = handle(page, [lat, lon], "point", label, place);
  marker.on("click", () => pickPoint(page, place));
  marker.on("dragstart", () => keepStep(page.drawing));
  return marker;
}

function middleHandle(page, spot, place) {
  const label = `Between points ${place[1] + 1} and ${place[1] + 2}. Enter adds a point here.`;
  const marker = handle(page, spot, "middle", label, place);
  marker.on("click", () => insertPoint(page, place, spot));
  marker.on("dragstart", () => {
    keepStep(page.drawing);
    page.drawing.own.parts[place[0]].splice(place[1] + 1, 0, placeOf(spot));
    marker.place = [place[0], place[1] + 1];
  });
  return marker;
}

// One measurement a frame, however fast the point is dragged.
function dragPoint(page, marker) {
  const { drawing } = page;
  const [part, at] = marker.place;
  drawing.own.parts[part][at] = placeOf(marker.getLatLng());
  drawing.picked = null;
  if (drawing.waiting) return;
  drawing.waiting = requestAnimationFrame(() => {
    drawing.waiting = 0;
    if (page.drawing === drawing) measureDrawing(page);
  });
}

function sayDrawing(page) {
  const { own, crowded } = page.drawing;
  const count = own.parts.flat().length;
  const { route } = own;
  const share = route?.exposed_m > 0 ? ` (${percent(route.exposed_share)})` : "";
  const told = route ? `: ${km(route.length_m)}, ${km(route.exposed_m)} exposed${share}` : "";
  const first = count ? "Now the next point." : `${touch ? "Tap" : "Click"} the map where the route begins.`;
  const near = crowded ? " Zoom in to move points." : "";
  drawWords(count > 1 ? `${plural(count, "point", "points")}${told}.${near}` : first);
}

// ---- keys ----------------------------------------------------------------------------------------

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function handleKeys(page, event) {
  const { marker } = event.target;
  const [part, at] = marker.place;
  const isPoint = event.target.classList.contains("point");
  if (isPoint && MOVES[event.key]) {
    const step = L.point(MOVES[event.key]).multiplyBy(event.shiftKey ? 10 : 2);
    const spot = page.map.layerPointToLatLng(page.map.latLngToLayerPoint(marker.getLatLng()).add(step));
    page.drawing.picked = [part, at];
    changeLine(page, (parts) => {
      parts[part][at] = placeOf(spot);
    });
  } else if (isPoint && ["Delete", "Backspace"].includes(event.key)) removePoint(page, [part, at]);
  else if (!isPoint && ["Enter", " "].includes(event.key)) insertPoint(page, [part, at], marker.getLatLng());
  else return false;
  return true;
}

// Keys count while the map, a handle or nothing in particular has the focus.
function drawingKeys(page, event) {
  const { target, key } = event;
  const bar = document.getElementById("draw-bar").contains(target);
  if (!page.drawing || !(bar || target === document.body || page.map.getContainer().contains(target))) return;
  const command = event.ctrlKey || event.metaKey;
  const acts = {
    Escape: cancelDrawing,
    ...(command ? { z: undoStep } : {}),
    ...(bar || command
      ? {}
      : { Enter: finishDrawing, Backspace: undoStep, c: addCentre, C: addCentre, " ": addCentre }),
  };
  if (!(target.marker && handleKeys(page, event))) {
    if (!acts[key]) return;
    acts[key](page);
  }
  event.preventDefault();
  event.stopPropagation();
}

function addCentre(page) {
  addPoint(page, page.map.getCenter());
}

function startDrawing(page) {
  const press = (id, act) => document.getElementById(id).addEventListener("click", () => page.drawing && act(page));
  press("draw-centre", addCentre);
  press("draw-undo", undoStep);
  press("draw-delete", () => removePoint(page, page.drawing.picked));
  press("draw-finish", finishDrawing);
  press("draw-cancel", cancelDrawing);
  L.DomEvent.disableClickPropagation(document.getElementById("draw-bar"));
  document.addEventListener("keydown", (event) => drawingKeys(page, event), true);
  // the second click of a double one is the end, not a point
  page.map.on("click", (event) => page.drawing && !(event.originalEvent?.detail > 1) && addPoint(page, event.latlng));
  page.map.on("dblclick", () => page.drawing && finishDrawing(page));
  page.map.on("moveend", () => page.drawing && showHandles(page));
  page.map.on("mousemove", ({ latlng }) => {
    const last = page.drawing?.own.parts.at(-1)?.at(-1);
    if (last) page.drawing.aim.setLatLngs([[last[1], last[0]], latlng]);
  });
}
