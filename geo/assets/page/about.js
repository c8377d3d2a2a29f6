// What stands behind the page: its day, its limits, its warnings, and every layer's passport.

function limits(page) {
  const newest = newestSource(page);
  return [
    `Exposed means inside the zones of “${zoneLayerName(page)}” ${validOn(page.asOf)}, and nothing else.`,
    "Routes are drawn through known places. How far a line may be off is said for each section; exposure is counted as drawn.",
    "Areas of whole townships are approximate and look it: pale, with a dashed edge. A town's holder is not its township's.",
    "Unknown is not safe. It means that no source in use says who holds the ground.",
    newest ? `Nothing is known after ${day(newest)}, the newest source.` : "The sources' days are not given.",
    "For planning and research. It is not a security clearance for any journey.",
  ];
}

function warningList(page) {
  const warnings = page.found.warnings ?? [];
  if (!warnings.length) return el("p", {}, "None.");
  return el(
    "ul",
    { class: "warnings" },
    ...warnings.map((one) => {
      const where = [one.file, one.feature].filter(Boolean).join(", ");
      return el("li", {}, where ? el("strong", {}, `${where}: `) : null, one.message);
    }),
  );
}

const PASSPORT = [
  ["as_of", "As of", day],
  ["retrieved", "Retrieved", day],
  ["method", "Method"],
  ["precision", "Precision"],
  ["caveat", "Caveat"],
];

function references(entries) {
  const nodes = (entries ?? []).map((entry) => el("li", {}, link(entry.path, entry.title || entry.name || entry.path)));
  return nodes.length ? el("ul", {}, ...nodes) : document.createTextNode(NONE);
}

function passportCard(layer) {
  const { passport } = layer;
  const facts = PASSPORT.flatMap(([name, words, form]) => {
    const value = passport[name];
    return [el("dt", {}, words), el("dd", {}, value ? (form ? form(value) : String(value)) : NONE)];
  });
  facts.push(el("dt", {}, "Rows"), el("dd", {}, String(layer.rows.length)));
  facts.push(el("dt", {}, "Newest source"), el("dd", {}, layer.newest ? day(layer.newest) : NONE));
  facts.push(el("dt", {}, "Sources"), el("dd", {}, references(passport.sources)));
  facts.push(el("dt", {}, "Licences"), el("dd", {}, references(passport.licenses)));
  return el("details", { class: "passport" }, el("summary", {}, passport.title), el("dl", {}, ...facts));
}

function figureTable(layer) {
  const value = (row) => (isNumber(row.value) ? row.value.toLocaleString("en-GB") : (row.value ?? NONE));
  const rows = layer.rows.map(({ values }) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, values.what ?? NONE),
      el("td", { class: "number" }, `${value(values)} ${values.unit ?? ""}`),
      el("td", {}, String(values.year ?? NONE)),
      el("td", {}, values.note || "", " ", link(values.source_url, "source")),
    ),
  );
  const heads = ["What", "Value", "Year", "Note and source"].map((words) => el("th", { scope: "col" }, words));
  return el(
    "div",
    { class: "wide" },
    el(
      "table",
      {},
      el("caption", {}, "Figures of different units never form one series."),
      el("thead", {}, el("tr", {}, ...heads)),
      el("tbody", {}, ...rows),
    ),
  );
}

function inputList(page) {
  const inputs = page.found.inputs ?? [];
  return el(
    "ul",
    {},
    ...inputs.map((one) =>
      el(
        "li",
        {},
        `${one.role}: ${one.path}, ${plural(one.features, "feature", "features")}`,
        one.sha256 ? el("code", {}, ` sha256 ${one.sha256}`) : null,
      ),
    ),
  );
}

function drawAbout(page) {
  const parts = [
    el("h2", {}, stateOn(page.asOf)),
    el("p", {}, ageWords(page)),
    el("h3", {}, "How to read this"),
    el("ol", {}, ...GUIDE.map((words) => el("li", {}, words))),
    el("h3", {}, "What the page says, and what it does not"),
    el("ul", {}, ...limits(page).map((words) => el("li", {}, words))),
    el("h3", {}, "Warnings"),
    warningList(page),
    el("h3", {}, "Layers"),
    ...page.layers.map(passportCard),
  ];
  for (const layer of page.layers.filter((one) => one.kind === "figures"))
    parts.push(el("h3", {}, layer.passport.title), figureTable(layer));
  if (page.found.inputs?.length) parts.push(el("h3", {}, "Measured from"), inputList(page));
  if (page.found.reproduce) parts.push(el("p", {}, "To measure again: ", el("code", {}, page.found.reproduce)));
  const versions = Object.entries(page.found.versions ?? {}).map(([name, version]) => `${name} ${version}`);
  if (versions.length) parts.push(el("p", {}, `Measured by: ${versions.join(", ")}.`));
  parts.push(el("h3", {}, "Map"), el("p", {}, ...credits(page)));
  document.getElementById("about").replaceChildren(...parts);
}

function credits(page) {
  const base = page.layers
    .filter((layer) => layer.kind === "boundaries")
    .flatMap((layer) => layer.passport.sources ?? []);
  const { leaflet } = page;
  const tool = link(leaflet.homepage, `Leaflet ${leaflet.version}`);
  const nodes = ["Drawn with ", tool, ` (${leaflet.license}).`];
  if (base.length)
    nodes.push(
      " Base map: ",
      ...base.flatMap((one, at) => [at ? "; " : "", link(one.path, one.title || one.path)]),
      ". Borders are drawn for orientation only.",
    );
  return nodes;
}
