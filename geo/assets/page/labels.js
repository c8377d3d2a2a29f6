// Names on the map: the higher rank keeps its place, a name that would cover another gives way.

const FROM_ZOOM = { 1: 0, 2: 6.6, 3: 8.2 };

function labelCandidates(page) {
  const names = [];
  if (page.shown("places")) {
    for (const { row, dot, spot, rank } of page.places) {
      const visible = page.map.getZoom() >= (FROM_ZOOM[rank] ?? 8);
      dot.setStyle({ opacity: visible ? 1 : 0, fillOpacity: visible ? 1 : 0 });
      if (visible)
        names.push({ text: row.values.name, spot, order: rank === 1 ? 0 : rank + 1, dot: true, kind: `rank-${rank}` });
    }
  }
  for (const layer of page.layers.filter((one) => one.kind === "boundaries" && page.shown(one.name))) {
    for (const row of layer.rows.filter((one) => one.label)) {
      const country = row.values.level === 0;
      if (!country && page.map.getZoom() < 5.8) continue;
      names.push({
        text: row.values.name,
        spot: [row.label[1], row.label[0]],
        order: country ? 1 : 2,
        kind: country ? "country" : "area",
      });
    }
  }
  return names.filter((name) => name.text).sort((a, b) => a.order - b.order || (a.text < b.text ? -1 : 1));
}

const FONTS = { country: "12px", area: "italic 11px", "rank-1": "600 13px", "rank-2": "12px", "rank-3": "11px" };
const rulerPen = document.createElement("canvas").getContext("2d");

// The room that a name takes; the letters of a country's name are capitals, set apart.
function room(name) {
  rulerPen.font = `${FONTS[name.kind] ?? "12px"} ${getComputedStyle(document.body).fontFamily}`;
  const text = name.kind === "country" ? name.text.toUpperCase() : name.text;
  return rulerPen.measureText(text).width + (name.kind === "country" ? text.length * 1.5 : 0) + 3;
}

// Boxes beside the dot, the first free one is taken; area names stand on their own point.
function boxes(name, point) {
  const height = 12;
  const width = room(name);
  const top = point.y - height / 2 - 2;
  if (!name.dot) return [[point.x - width / 2, top, width, height + 4]];
  return [
    [point.x + 6, top, width, height + 4],
    [point.x - width - 6, top, width, height + 4],
    [point.x - width / 2, top - height - 1, width, height + 4],
    [point.x - width / 2, top + height + 1, width, height + 4],
  ];
}

function overlaps(a, b) {
  return a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];
}

function placeLabels(page) {
  const size = page.map.getSize();
  const taken = [...document.querySelectorAll(".sign")].map((sign) => {
    const point = page.map.latLngToContainerPoint(page.map.layerPointToLatLng(L.DomUtil.getPosition(sign)));
    return [point.x - 9, point.y - 9, 18, 18];
  });
  const spans = [];
  for (const name of labelCandidates(page)) {
    const point = page.map.latLngToContainerPoint(name.spot);
    if (point.x < 0 || point.y < 0 || point.x > size.x || point.y > size.y) continue;
    const box = boxes(name, point).find(
      (one) => one[0] >= 0 && one[0] + one[2] <= size.x && !taken.some((other) => overlaps(one, other)),
    );
    if (!box) continue;
    taken.push(box);
    const span = el("span", { class: `name ${name.kind}` }, name.text);
    L.DomUtil.setPosition(span, page.map.containerPointToLayerPoint([box[0], box[1]]));
    span.style.width = name.dot ? "auto" : `${box[2]}px`;
    spans.push(span);
  }
  page.names.replaceChildren(...spans);
}

function startLabels(page) {
  page.names = page.map.createPane("names");
  page.names.style.zIndex = 480;
  page.names.style.pointerEvents = "none";
  page.map.on("zoomstart", () => page.names.replaceChildren());
  page.map.on("moveend zoomend", () => placeLabels(page));
}
