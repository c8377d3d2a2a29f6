// The legend: what each sign means, and a real checkbox for every layer.

const GROUPS = [
  ["Routes", ["corridors"]],
  ["Conflict", ["conflict_zones"]],
  ["Control", ["control_areas"]],
  ["Mining and gates", ["mining_sites", "gates"]],
  ["Places", ["places"]],
  ["Base", ["boundaries"]],
  ["Other", []],
];
const GROUP_OF = Object.fromEntries(GROUPS.flatMap(([group, kinds]) => kinds.map((kind) => [kind, group])));

function key(sign, words) {
  return el("li", {}, sign, el("span", {}, words));
}

function routeKeys(page) {
  const keys = [
    key(el("span", { class: "swatch line", "aria-hidden": "true" }), "route"),
    key(el("span", { class: "swatch line exposed", "aria-hidden": "true" }), "part inside a conflict zone"),
  ];
  if (page.found.routes.some((route) => route.stretches?.length)) {
    keys.push(
      key(el("span", { class: "swatch line chosen", "aria-hidden": "true" }), "chosen route, holder in the middle"),
    );
    keys.push(key(swatch({ own: "unknown" }), "holder unknown (which is not safe)"));
  }
  return keys;
}

// One key for every holder on the map this day, then one for every degree of doubt.
function controlKeys(drawn) {
  const holders = [...new Set(drawn.rows.flatMap((row) => String(row.values.controller).split(" + ")))];
  const named = holders
    .filter((name) => hues[name])
    .sort((a, b) => Object.keys(hues).indexOf(a) - Object.keys(hues).indexOf(b));
  const keys = named.map((name) => key(swatch(lookOf(name, "held", "town")), name));
  const grey = (sure) => ({ hues: ["#8a8f94"], sure });
  const tests = [
    [
      (row) => String(row.values.controller).includes(" + "),
      { hues: Object.values(hues).slice(0, 2), sure: "solid" },
      "bands of colour: held jointly",
    ],
    [
      (row) => ["township", "state"].includes(row.values.extent),
      grey("approximate"),
      "pale, dashed edge: whole township, outline approximate",
    ],
    [
      (row) => ["contested", "besieged"].includes(row.values.status) && hues[row.values.controller],
      grey("contested"),
      "dark lines: contested or besieged",
    ],
    [(row) => row.values.controller === "contested", { own: "contested" }, "contested, no single holder"],
    [
      (row) => row.values.controller === "mixed" || row.values.status === "mixed",
      { own: "mixed" },
      "mixed: no single holder known",
    ],
  ];
  for (const [test, look, words] of tests) if (drawn.rows.some(test)) keys.push(key(swatch(look), words));
  return keys;
}

function statusKeys(drawn) {
  const states = [...new Set(drawn.rows.map((row) => row.values.status))].filter(Boolean).sort();
  const keys = states.map((status) => key(glyph(drawn.layer.kind, status), String(status).toLowerCase()));
  if (drawn.layer.kind === "mining_sites")
    keys.push(key(el("span", { class: "swatch disc", "aria-hidden": "true" }), "how far the point may be off"));
  return keys;
}

const KEYS = {
  control_areas: controlKeys,
  conflict_zones: () => [key(swatch({ own: "conflict" }), "area of fighting on this day")],
  mining_sites: statusKeys,
  gates: statusKeys,
};

function toggle(page, name, words, group) {
  const before = page.toggles.get(name);
  const box = el("input", {
    type: "checkbox",
    id: before?.id ?? `show-${page.toggles.size}`,
    checked: before?.checked === false ? null : "",
  });
  page.toggles.set(name, box);
  box.addEventListener("change", () => {
    if (box.checked) page.map.addLayer(group);
    else page.map.removeLayer(group);
    if (name === "routes")
      page.chosenLayer && (box.checked ? page.map.addLayer(page.chosenLayer) : page.map.removeLayer(page.chosenLayer));
    placeLabels(page);
  });
  return el("label", { class: "toggle", for: box.id }, box, el("span", {}, words));
}

// Corridors whose rows were measured are on the map as routes; the rows only answer clicks.
function legendEntries(page, group) {
  const entries =
    group === "Routes" ? [[toggle(page, "routes", "Routes measured", page.routeLayer), routeKeys(page)]] : [];
  for (const drawn of page.drawn.filter((one) => (GROUP_OF[one.layer.kind] ?? "Other") === group)) {
    const { layer, count } = drawn;
    if (layer.kind === "corridors" && page.corridorsAreRoutes) continue;
    const dated = layer.columns.some((column) => column.name === "valid_from") ? `, ${count} on this day` : "";
    const unused = wasUsed(page, layer) ? "" : " (not used for these numbers)";
    entries.push([
      toggle(page, layer.name, `${layer.passport.title}${dated}${unused}`, drawn.group),
      KEYS[layer.kind]?.(drawn) ?? [],
    ]);
  }
  return entries;
}

function drawLegend(page) {
  const body = document.getElementById("legend-body");
  body.replaceChildren(el("p", { class: "from" }, stateOn(page.layerDay)));
  for (const [group] of GROUPS) {
    const entries = legendEntries(page, group);
    const asked = group === "Base" ? tileEntry(page) : [];
    if (!entries.length && !asked.length) continue;
    const parts = [...entries.flatMap(([box, keys]) => [box, keys.length ? el("ul", {}, ...keys) : null]), ...asked];
    body.append(el("fieldset", {}, el("legend", {}, group), ...parts));
  }
}
