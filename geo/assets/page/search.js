// Search: one box over places, zones, corridors, sections, gates and mining sites, in Latin letters or in Burmese.

const MOST = 12;

// Accents are taken off Latin letters only: the signs of Burmese are letters, not ornaments.
function folded(text) {
  return String(text ?? "")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC")
    .toLowerCase();
}

function searchable(page) {
  const kinds = { places: "place", mining_sites: "mining site", gates: "gate", conflict_zones: "conflict zone" };
  const routes = () =>
    routesOf(page).map((route) => ({
      name: route.name || route.route_id,
      about: page.own.some((own) => own.route === route)
        ? "your route"
        : wayRoutes(page).includes(route)
          ? "way"
          : "corridor",
      go: () => page.choose(route.route_id),
    }));
  const sections = page.found.routes.flatMap((route) =>
    (route.sections ?? []).map((part) => ({
      name: part.name || part.section_id,
      about: `section of ${route.name || route.route_id}`,
      go: () => goSection(page, route.route_id, part),
    })),
  );
  const gates = new Map();
  const rows = page.layers
    .filter((layer) => kinds[layer.kind])
    .flatMap((layer) => layer.rows)
    .filter((row) => row.label);
  const spots = rows
    .filter(
      (row) => row.layer.kind !== "gates" || (!gates.has(row.values.gate_id) && gates.set(row.values.gate_id, row)),
    )
    .map((row) => ({
      name: String(row.values.name ?? NONE),
      burmese: row.values.name_my,
      about: kinds[row.layer.kind],
      row,
      go: () => goRow(page, row),
    }));
  const isPlace = (entry) => entry.row.layer.kind === "places";
  return () => [...spots.filter(isPlace), ...routes(), ...sections, ...spots.filter((entry) => !isPlace(entry))];
}

function goSection(page, id, part) {
  page.choose(id, { fit: false });
  mark(page, page.route, part.from_m, part.to_m, { fit: true });
}

// A gate has a row for each state; the one of the day is shown.
function goRow(page, row) {
  const same = (one) => one.values.gate_id === row.values.gate_id && holdsOn(one.values, page.layerDay);
  const shown = row.layer.kind === "gates" ? (row.layer.rows.find(same) ?? row) : row;
  if (row.shape.type === "Point")
    page.map.setView([row.label[1], row.label[0]], Math.max(page.map.getZoom(), 9), { animate: false });
  else page.map.fitBounds(L.geoJSON(row.shape).getBounds().pad(0.4), { maxZoom: 11, animate: false });
  openPopup(page, L.latLng(row.label[1], row.label[0]), [shown]);
}

function matches(entries, words) {
  const wanted = folded(words).trim();
  if (!wanted) return [];
  const rank = (entry) => {
    const at = Math.min(
      ...[entry.name, entry.burmese]
        .filter(Boolean)
        .map((name) => folded(name).indexOf(wanted))
        .filter((place) => place >= 0),
    );
    if (folded(entry.name) === wanted || folded(entry.burmese) === wanted) return 0;
    return at === 0 ? 1 : at < Infinity ? 2 : 3;
  };
  const ranked = entries.map((entry, place) => [rank(entry), place, entry]).filter(([order]) => order < 3);
  return ranked
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .slice(0, MOST)
    .map((one) => one[2]);
}

function periodWords(page, { row }) {
  if (row?.layer.kind !== "conflict_zones") return "";
  const { valid_from: from, valid_to: to } = row.values;
  const words = [from && `from ${day(from)}`, to && `to ${day(to)}`].filter(Boolean).join(" ");
  return ` ${words}${holdsOn(row.values, page.layerDay) ? "" : " (not on this day)"}`;
}

function optionNode(page, entry, at) {
  const burmese = entry.burmese ? el("span", { lang: "my" }, ` ${entry.burmese}`) : null;
  const about = el("span", { class: "small" }, entry.about + periodWords(page, entry));
  return el(
    "li",
    { role: "option", id: `found-${at}`, "aria-selected": "false" },
    el("span", {}, entry.name, burmese),
    about,
  );
}

// The listbox pattern: focus stays in the box, arrows move the choice, Enter takes it, Escape closes.
function startSearch(page) {
  const box = document.getElementById("search");
  const list = document.getElementById("found");
  const entries = searchable(page);
  let [shown, chosen] = [[], -1];
  const pick = (at) => {
    chosen = at;
    [...list.children].forEach((node, place) => node.setAttribute("aria-selected", String(place === at)));
    if (at < 0) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", `found-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const open = (on) => {
    list.hidden = !on;
    box.setAttribute("aria-expanded", String(on));
    if (!on) pick(-1);
  };
  const take = (at) => {
    box.value = shown[at].name;
    open(false);
    toMap();
    shown[at].go();
  };
  const look = () => {
    shown = matches(entries(), box.value);
    const none = box.value.trim() && !shown.length ? "Nothing of this name is in the layers." : "";
    document.getElementById("found-none").textContent =
      none || (shown.length ? plural(shown.length, "result", "results") : "");
    document.getElementById("found-none").classList.toggle("empty", Boolean(none));
    list.replaceChildren(...shown.map((entry, at) => optionNode(page, entry, at)));
    open(shown.length > 0);
  };
  box.addEventListener("input", look);
  box.addEventListener("blur", () => {
    open(false);
    document.getElementById("found-none").textContent = "";
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const node = event.target.closest("[role=option]");
    if (node) take([...list.children].indexOf(node));
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      open(false);
    }
    if (event.key === "Enter" && !list.hidden) take(Math.max(chosen, 0));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    if (list.hidden) look();
    else pick(chosen < 0 && step < 0 ? shown.length - 1 : (chosen + step + shown.length) % shown.length);
  });
}
