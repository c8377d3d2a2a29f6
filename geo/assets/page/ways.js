// The tab "Ways": what else there is from one place to another, and what it would cost, in every scenario.
// Summary, plot and table are Python's answer for its day. The chosen way is a route of the page like any other:
// on that day with Python's numbers, on another one measured again.

const NOT_COVERED = "nothing is known to be exposed there, which is not the same as safe";

function shownScenario(page) {
  return page.ways ? page.ways[page.asked.question].scenarios[page.asked.scenario] : null;
}

function wayRoute(page, way) {
  const { answer, layerDay } = page;
  if (layerDay === answer.day || !answer.layers) return way.route;
  if (!way.measured.has(layerDay)) {
    way.line ??= { ...way.route, path: measuredPath(partsOf(way.route.path)) };
    const [zones, claims] = [indexOn(answer.layers.zones, layerDay), indexOn(answer.layers.claims, layerDay)];
    way.measured.set(layerDay, measureRoute(way.line, zones, claims, way.route.controllers[0]?.source));
  }
  return way.measured.get(layerDay);
}

// The ways of the scenario shown, on the day of the page.
function wayRoutes(page) {
  return shownScenario(page)?.ways.map((way) => wayRoute(page, way)) ?? [];
}

function chosenWay(page) {
  return shownScenario(page)?.ways.find((way) => way.route.route_id === page.route?.route_id) ?? null;
}

// What Python answered for a route of the page, whatever day is shown.
function askedRoute(page, route) {
  const same = (one) => one.route_id === route?.route_id;
  return page.answer.routes.find(same) ?? shownScenario(page)?.ways.find((way) => same(way.route))?.route ?? null;
}

function scenarioWords(scenario) {
  return scenario.name ?? "as things are";
}

// ---- the panel -----------------------------------------------------------------------------------

function picker(id, words, options, chosen, act) {
  if (options.length < 2) return [];
  const box = el("select", { id }, ...options.map((name, at) => el("option", { value: at }, name)));
  box.value = chosen;
  box.addEventListener("change", () => act(Number(box.value)));
  return [el("span", {}, el("label", { for: id }, words), box)];
}

function askNodes(page) {
  const { question, scenario } = page.asked;
  const labels = page.ways.map((one) => one.label);
  const names = page.ways[question].scenarios.map(scenarioWords);
  return [
    ...picker("ways-question", "From and to", labels, question, (at) => askAnew(page, at, 0)),
    ...picker("ways-scenario", "Scenario", names, scenario, (at) => askAnew(page, question, at)),
  ];
}

// Where there is no way, what there would be is one press away.
function openedNodes(page) {
  const { question } = page.asked;
  const at = page.ways[question].scenarios.findIndex((one) => one.opened && one.ways.length);
  if (shownScenario(page).ways.length || at < 0) return [];
  const button = el("button", { type: "button", id: "ways-opened" }, "Show what there is if what is closed were open");
  button.addEventListener("click", () => {
    askAnew(page, question, at);
    document.getElementById("ways-scenario").focus({ preventScroll: true });
  });
  return [el("div", { class: "acts" }, button)];
}

function saidNodes(page) {
  const { summary, changes } = shownScenario(page);
  const changed = changes.length ? [el("p", { class: "small" }, `Changed: ${changes.join("; ")}.`)] : [];
  return [
    ...summary.map((words, at) => el("p", { class: at ? null : "lead" }, words)),
    ...changed,
    ...openedNodes(page),
  ];
}

function generalNotes(page) {
  const notices = shownScenario(page).notices.filter((one) => !one.feature || one.rule === "not-in-force");
  return notices.map((one) => el("p", { class: "note small" }, one.file ? `${one.file}: ${one.message}` : one.message));
}

const WAY_COLUMNS = [
  ["Length km", (way) => km(way.length_m, "")],
  ["Hours", (way) => (isNumber(way.hours) ? String(Math.round(way.hours)) : "not known")],
  ["Exposed km", (way) => km(way.exposed_m, "")],
  ["Longest km", (way) => km(way.longest_exposed_m, "")],
  ["Changes, at least", (way) => String(way.control_changes)],
  ["Not covered km", (way) => (isNumber(way.uncovered_m) ? km(way.uncovered_m, "") : "not known")],
];

function wayRow(page, way, place, columns) {
  const button = el(
    "button",
    { type: "button", "aria-pressed": "false", tabindex: place ? -1 : 0, "data-way": place },
    way.way_id,
  );
  const cells = columns.map(([words, form]) =>
    el(
      "td",
      { class: "number", role: "cell", "data-label": words },
      form(way),
      words === EXPOSED && isBounded(way) ? el("span", { class: "small range" }, rangeWords(way)) : null,
    ),
  );
  const head = el("th", { scope: "row", role: "rowheader" }, button, " ", el("span", { class: "small" }, way.name));
  const row = el("tr", { role: "row" }, head, ...cells);
  row.addEventListener("click", () => {
    chooseWay(page, place);
    toMap();
  });
  return row;
}

function wayTable(page) {
  const { ways } = shownScenario(page);
  const timed = ways.some((way) => isNumber(way.hours));
  const columns = WAY_COLUMNS.filter(([words]) => words !== "Hours" || timed);
  const heads = ["Way", ...columns.map(([words]) => words)].map((words, at) =>
    el("th", { scope: "col", role: "columnheader", class: at ? "number" : null }, words),
  );
  const words =
    `Exposed: inside the zones ${validOn(page.answer.asOf)}, as drawn.` +
    `${ways.some(isBounded) ? " Below: surely to possibly." : ""} Longest: unbroken. ` +
    "Changes: from one named holder to another. " +
    `Not covered: the zones' sources do not speak of it; ${NOT_COVERED}.` +
    `${timed ? "" : " Hours: not known, as on a part of each way no speed is."}`;
  return el(
    "table",
    { role: "table" },
    el("caption", {}, words),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...heads)),
    el("tbody", { role: "rowgroup" }, ...ways.map((way, place) => wayRow(page, way, place, columns))),
  );
}

function frontKeys(page) {
  const words = ["Each number is a way: further left costs less, further down is less exposed."];
  if (shownScenario(page).ways.some(isBounded)) words.push("The bar through it runs from surely to possibly exposed.");
  return el("figcaption", { class: "small" }, words.join(" "));
}

// Drawn for the width that there is; a panel that is not seen has none.
function fitFront(page) {
  const frame = document.getElementById("ways-front");
  const { ways } = shownScenario(page);
  frame.hidden = !ways.length;
  if (!ways.length) return frame.replaceChildren();
  page.frontWidth = frame.clientWidth;
  const width = Math.min(page.frontWidth || 420, 600);
  frame.replaceChildren(drawFront(page.ways[page.asked.question], ways, width), frontKeys(page));
  for (const node of frame.querySelectorAll("[data-way]"))
    node.addEventListener("click", () => chooseWay(page, Number(node.dataset.way)));
  return markWay(page);
}

function drawWays(page) {
  const { ways } = shownScenario(page);
  refill("ways-ask", ...askNodes(page));
  document.getElementById("ways-said").replaceChildren(...saidNodes(page));
  document.getElementById("ways-table").replaceChildren(...(ways.length ? [wayTable(page)] : []));
  document.getElementById("ways-notes").replaceChildren(...generalNotes(page));
  fitFront(page);
  fillChoice(page);
}

// ---- the chosen way ------------------------------------------------------------------------------

function statusWords(status) {
  return String(status ?? "not known").toLowerCase();
}

function legTable(way) {
  const rows = way.legs.map((leg) => [
    `${leg.joined ? "bridged gap" : leg.mode || "mode not given"}, ${leg.from} - ${leg.to}`,
    km(leg.length_m, ""),
    statusWords(leg.status),
  ]);
  const table = plainTable("In the order of travel.", ["Leg", "Km", "Who gets through"], rows);
  const words = plural(way.legs.length, "leg", "legs");
  return el("details", { open: innerWidth < 900 ? null : "" }, el("summary", {}, `Its ${words}`), table);
}

function gateList(way) {
  if (!way.gates.length) return el("p", {}, "It passes no gate of the layers.");
  const entries = way.gates.map((gate) =>
    el("li", {}, glyph("gates", gate.status), ` ${gate.name}, km ${km(gate.at_m, "")}: ${statusWords(gate.status)}`),
  );
  return el("ul", { class: "row" }, ...entries);
}

function handList(way) {
  const entries = way.holders.map((name) => el("li", {}, swatch(lookOf(name, "held")), ` ${name}`));
  return el("ol", { class: "row hands" }, ...entries);
}

function silentWords(way) {
  if (!isNumber(way.uncovered_m)) return "Whether the zones' sources speak of all of it is not known.";
  if (way.uncovered_m === 0) return "";
  return `${km(way.uncovered_m)} of it lie where the zones' sources do not speak: ${NOT_COVERED}.`;
}

function wayNodes(page, way) {
  const on = page.answer.asOf ? ` on ${day(page.answer.asOf)}` : "";
  const see = el("button", { type: "button", class: "see" }, "See it on the map");
  see.addEventListener("click", toMap);
  const notes = shownScenario(page).notices.filter((one) => one.feature === way.way_id);
  return [
    el("h3", {}, `${way.way_id}, ${way.name}`),
    see,
    ...[silentWords(way), ...notes.map((one) => one.message)]
      .filter(Boolean)
      .map((words) => el("p", { class: "note" }, words)),
    el("h3", {}, `Who holds it${on}, in the order of travel`),
    handList(way),
    el("h3", {}, `Gates on it${on}`),
    gateList(way),
    legTable(way),
  ];
}

// Plot and table stay with the day that was asked for; that is said when the page's day is another one.
function dayNodes(page) {
  const of = page.answer.asOf ? `of ${day(page.answer.asOf)}` : "undated";
  const words = `Summary, plot, table, legs and gates are ${of} and stay so when the page's day is moved; map, strip and the answer move with it.`;
  const moved = page.layerDay !== page.answer.day;
  const now = moved ? el("strong", { class: "edge" }, ` The page now shows ${day(page.layerDay)}.`) : null;
  return [words, ...(now ? [now] : [])];
}

// Marks point, row and line together. One point and one row can be reached by Tab.
function markWay(page) {
  const place = shownScenario(page).ways.indexOf(chosenWay(page));
  for (const node of document.querySelectorAll("#ways [data-way]")) {
    const on = Number(node.dataset.way) === place;
    node.setAttribute("aria-pressed", String(on));
    node.setAttribute("tabindex", Number(node.dataset.way) === Math.max(place, 0) ? 0 : -1);
    node.closest("tr")?.classList.toggle("on", on);
  }
  // what is chosen lies over its neighbours, and keeps the focus
  const point = document.querySelector("#ways-front [aria-pressed=true]");
  if (point && point !== point.parentNode.lastChild && document.activeElement !== point) point.parentNode.append(point);
}

function drawWayLayer(page, way) {
  if (page.wayLayer) page.routeLayer.removeLayer(page.wayLayer);
  page.shapes = page.shapes.filter((shape) => !shape.way);
  page.wayLayer = null;
  if (!way) return;
  const drawn = wayRoutes(page).map((route) => {
    const group = drawRoute(page, route);
    page.shapes.at(-1).way = true;
    return group;
  });
  page.wayLayer = L.layerGroup(drawn);
  page.routeLayer.addLayer(page.wayLayer);
}

// Called with every choice and with every day: the rest of the page is drawn by then.
function showWays(page) {
  if (!page.ways) return;
  const way = chosenWay(page);
  drawWayLayer(page, way);
  markWay(page);
  document.body.classList.toggle("of-way", Boolean(way));
  const hint =
    "Choose a way, in the plot or in the table, to see it on the map and to read of its legs, gates and holders.";
  const nodes = way ? wayNodes(page, way) : shownScenario(page).ways.length ? [el("p", { class: "hint" }, hint)] : [];
  document.getElementById("ways-detail").replaceChildren(...nodes);
  document.getElementById("ways-day").replaceChildren(...dayNodes(page));
  if (way) tellWay(page, way);
}

// Beside the numbers of the chosen way: ground that no source speaks of, and what another day leaves out.
function tellWay(page, way) {
  const words = [silentWords(way)];
  if (shownScenario(page).alters && page.layerDay !== page.answer.day)
    words.push("The scenario's own holders and zones are counted on its own day only, not on this one.");
  document.getElementById("verdict").append(...words.filter(Boolean).map((one) => el("p", { class: "small" }, one)));
}

function chooseWay(page, place, options) {
  const way = shownScenario(page).ways[place];
  if (way) page.choose(way.route.route_id, options);
}

function sayNoWay(page) {
  const [first] = shownScenario(page).summary;
  document.getElementById("verdict").replaceChildren(el("h2", {}, "No way"), el("p", {}, first));
}

// Another question or scenario: its way of the same place in the list is chosen, else its first.
function askAnew(page, question, scenario, { fit = true } = {}) {
  const before = question === page.asked.question ? shownScenario(page).ways.indexOf(chosenWay(page)) : 0;
  page.asked = { question, scenario };
  drawWays(page);
  const { ways } = shownScenario(page);
  if (ways.length) chooseWay(page, ways[before] ? before : 0, { fit });
  else {
    clearChosen(page);
    showWays(page);
    sayNoWay(page);
  }
  page.remember();
}

// Arrow keys go from way to way, in plot and table alike, and choose the one they come to.
function wayKeys(event, page) {
  const node = event.target.closest?.("[data-way]");
  if (!node) return;
  const place = Number(node.dataset.way);
  const last = shownScenario(page).ways.length - 1;
  const next = {
    ArrowRight: place + 1,
    ArrowDown: place + 1,
    ArrowLeft: place - 1,
    ArrowUp: place - 1,
    Home: 0,
    End: last,
    Enter: place,
    " ": place,
  }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const to = Math.min(Math.max(next, 0), last);
  chooseWay(page, to);
  const where = node.closest("#ways-front") ? "#ways-front" : "#ways-table";
  document.querySelector(`${where} [data-way="${to}"]`).focus({ preventScroll: false });
}

// ---- links and starting --------------------------------------------------------------------------

function waysState(page) {
  if (!page.ways) return [];
  const way = chosenWay(page);
  if (!way && document.getElementById("ways").hidden) return [];
  const { name } = shownScenario(page);
  return [
    ["q", page.ways[page.asked.question].label],
    ...(name === null ? [] : [["s", name]]),
    ...(way ? [["w", way.way_id]] : []),
  ];
}

// A question or scenario that this page does not have is passed over.
function followWays(page, words) {
  const question = page.ways?.findIndex((one) => one.label === words.get("q")) ?? -1;
  if (question < 0) return;
  const scenario = page.ways[question].scenarios.findIndex((one) => one.name === words.get("s"));
  if (scenario < 0) return;
  page.asked = { question, scenario };
  drawWays(page);
  showTab("ways");
  const place = shownScenario(page).ways.findIndex((way) => way.way_id === words.get("w"));
  if (place >= 0) chooseWay(page, place, { fit: false });
  else showWays(page);
}

function waysPanel() {
  const tab = el("button", { role: "tab", type: "button", id: "tab-ways", "aria-controls": "ways" }, "Ways");
  const part = (tag, id, facts = {}) => el(tag, { id, ...facts });
  const panel = el(
    "div",
    { role: "tabpanel", id: "ways", "aria-labelledby": "tab-ways", tabindex: 0 },
    part("div", "ways-ask"),
    el("div", { id: "ways-head" }, part("figure", "ways-front"), part("div", "ways-said", { "aria-live": "polite" })),
    part("p", "ways-day", { class: "small" }),
    part("div", "ways-table", { class: "wide" }),
    part("div", "ways-detail"),
    part("div", "ways-notes"),
  );
  document.getElementById("tab-own").after(tab);
  document.getElementById("corridors").after(panel);
  return panel;
}

function nameWays(page) {
  page.ways.forEach((question, first) =>
    question.scenarios.forEach((scenario, second) =>
      scenario.ways.forEach((way, third) => {
        const what = scenario.name === null ? "" : ` (${scenario.name})`;
        way.measured = new Map();
        way.route.route_id = `way/${first}/${second}/${third}`;
        way.route.name = `${question.label}, ${way.way_id}${what}`;
      }),
    ),
  );
}

// Called before the tabs are started and any route is chosen.
function startWays(page) {
  if (!page.ways) return;
  nameWays(page);
  page.asked = { question: 0, scenario: 0 };
  waysPanel().addEventListener("keydown", (event) => wayKeys(event, page));
  document.getElementById("tab-corridors").hidden = !page.found.routes.length;
  drawWays(page);
  const frame = document.getElementById("ways-front");
  const fits = () => !frame.clientWidth || frame.clientWidth === page.frontWidth;
  new ResizeObserver(() => fits() || fitFront(page)).observe(frame);
}

// A page of ways alone opens with them; else the corridors come first.
function openWays(page) {
  if (!page.ways) return;
  const alone = !page.found.routes.length;
  if (alone) showTab("ways");
  if (alone && shownScenario(page).ways.length) chooseWay(page, 0, { fit: false });
  else showWays(page);
  if (alone && !page.route) sayNoWay(page);
}
