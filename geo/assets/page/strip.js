// The strip: the chosen route laid straight, from 0 to its end, with who holds it, what is exposed, by what mode.

const MARGIN = 10;

function nearestPlace(page, spot, within = 4000) {
  let best = null;
  for (const place of page.places) {
    const metres = page.map.distance(spot, place.spot);
    if (metres <= within && (!best || metres < best.metres)) best = { metres, name: place.row.values.name };
  }
  return best?.name ?? null;
}

// Neighbours that look and read alike are one stretch here, whatever number of claims it rests on.
function holderItems(page, route) {
  const items = [];
  for (const part of stretchesOf(page, route)) {
    const words = holderWords(part.controller, part.status) + (part.rough ? ", by whole township (approximate)" : "");
    const last = items.at(-1);
    if (last && last.words === words && part.from_m - last.to < 1) {
      last.to = part.to_m;
      last.rows = [...new Set([...last.rows, ...part.rows])];
    } else {
      items.push({
        from: part.from_m,
        to: part.to_m,
        look: part.look,
        short: part.controller ?? "unknown",
        words,
        rows: part.rows,
      });
    }
  }
  return items;
}

function zoneItems(page, route) {
  return (route.exposed ?? []).map(([from, to]) => {
    const zones = route.zones.filter((zone) => zone.passages.some((one) => one.from_m < to && one.to_m > from));
    const names = [...new Set(zones.map((zone) => zone.name || zone.zone_id))];
    const rows = zones.map((zone) => page.zones.get(zone.zone_id)).filter(Boolean);
    return {
      from,
      to,
      look: { own: "conflict" },
      short: names.join(", "),
      words: `inside ${names.join(", ") || "a conflict zone"}`,
      rows,
    };
  });
}

function sectionItems(route) {
  return (route.sections ?? []).map((part) => ({
    from: part.from_m,
    to: part.to_m,
    look: MODES[part.mode] ?? MODES.road,
    short: `${part.name || part.section_id} · ${part.mode || "mode not given"}`,
    shorter: part.name || part.section_id,
    words: `${part.name || part.section_id}, ${part.mode || "mode not given"}${offWords(part.positional_error_m)}${boundsWords(part)}`,
    rows: [],
  }));
}

function offWords(metres) {
  return isNumber(metres) ? `, drawn line may be off by ${km(metres)}` : "";
}

function boundsWords(part) {
  if (!isBounded(part)) return "";
  if (part.sure_m > 0) return `, surely inside zones for ${km(part.sure_m)}, possibly for ${km(part.possible_m)}`;
  return isUndecided(part)
    ? `, whether it runs inside zones cannot be decided (possibly ${km(part.possible_m)})`
    : ", outside all zones, also if it is off by as much";
}

function stripRows(page, route) {
  const rows = [
    { name: "Who holds it", items: holderItems(page, route), none: "No control layer was used." },
    {
      name: "Conflict zones",
      items: zoneItems(page, route),
      none: `No part lies inside a zone ${validOn(page.asOf)}, as drawn.`,
    },
    { name: "Sections", items: sectionItems(route), none: "One section." },
  ];
  if (!isNumber(route.exposed_m)) rows[1].none = "Not measured.";
  return rows.filter((row, at) => row.items.length || at < 2);
}

// Round steps: 1, 2 or 5 times a power of ten, far enough apart for their numbers.
function stepFor(length, width) {
  const least = (length * 64) / Math.max(width, 1);
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= least);
}

function ruler(route, scale, width, top) {
  const step = stepFor(route.length_m, width);
  const marks = [];
  for (let at = 0; at <= route.length_m + 1; at += step) {
    marks.push(svg("line", { x1: scale(at), x2: scale(at), y1: top, y2: top + 5, class: "tick" }));
    const last = at + step > route.length_m + 1;
    const far = width - scale(at) < 34;
    const words = `${(at / 1000).toLocaleString("en-GB")}${last ? " km" : ""}`;
    marks.push(
      svg(
        "text",
        { x: scale(at), y: top + 17, class: "axis", "text-anchor": at === 0 ? "start" : far ? "end" : "middle" },
        words,
      ),
    );
  }
  return marks;
}

// Names of places at the ends of sections; one that would cover its neighbour is left out.
function placeNames(page, route, scale, width) {
  const ends = [...new Set([0, route.length_m, ...(route.sections ?? []).flatMap((part) => [part.from_m, part.to_m])])];
  const ordered = [0, route.length_m, ...ends.filter((at) => at !== 0 && at !== route.length_m).sort((a, b) => a - b)];
  const taken = [];
  const drawn = [];
  for (const at of ordered) {
    const spot = spotAt(route.path, at);
    const name = spot && nearestPlace(page, spot);
    if (!name) continue;
    const half = (name.length * 7.4) / 2 + 4;
    const centre = Math.min(Math.max(scale(at), half), width - half);
    if (taken.some((other) => Math.abs(other.centre - centre) < other.half + half)) continue;
    taken.push({ centre, half });
    drawn.push(svg("text", { x: centre, y: 12, class: "axis place", "text-anchor": "middle" }, name));
    drawn.push(svg("line", { x1: scale(at), x2: scale(at), y1: 15, y2: 20, class: "tick" }));
  }
  return drawn;
}

function stretchNode(page, route, item, scale, top, height) {
  const [x, end] = [scale(item.from), scale(item.to)];
  const width = Math.max(end - x, 1.5);
  const shape = svg("rect", { x, y: top, width, height, fill: paint("strip", item.look), class: "piece" });
  const label = [item.short, item.shorter].find((words) => words && words.length * 7 + 8 < width);
  const text = label
    ? svg("text", { x: x + width / 2, y: top + height / 2 + 4, class: "inner", "text-anchor": "middle" }, label)
    : null;
  const node = svg(
    "g",
    { role: "button", tabindex: "-1", "aria-pressed": "false", "aria-label": `${spanWords(item)}: ${item.words}` },
    shape,
    text,
  );
  node.item = item;
  node.addEventListener("mouseenter", () => page.held || tell(page, route, item, false));
  node.addEventListener("focus", () => {
    if (node.matches(":focus-visible")) choosePiece(page, route, node, false);
  });
  node.addEventListener("click", () => choosePiece(page, route, node, true));
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choosePiece(page, route, node, true);
    }
  });
  return node;
}

function spanWords(item) {
  return `km ${km(item.from, "")} to ${km(item.to, "")} (${km(item.to - item.from)})`;
}

// A chosen stretch stays until another is chosen or Escape is pressed; a hovered one only until then.
function choosePiece(page, route, node, fit) {
  for (const other of document.querySelectorAll("#strip-frame [aria-pressed=true]"))
    other.setAttribute("aria-pressed", "false");
  for (const other of document.querySelectorAll("#strip-frame g[tabindex='0']")) {
    if (other.parentNode === node.parentNode) other.setAttribute("tabindex", "-1");
  }
  node.setAttribute("aria-pressed", "true");
  node.setAttribute("tabindex", "0");
  page.held = true;
  tell(page, route, node.item, fit);
}

function tell(page, route, item, fit) {
  mark(page, route, item.from, item.to, { fit });
  const buttons = item.rows.slice(0, 6).map((row) => {
    const button = el("button", { type: "button" }, title(row));
    button.addEventListener("click", () => showRow(page, row));
    return button;
  });
  const evidence = item.rows
    .map((row) => row.values.last_evidence)
    .filter(Boolean)
    .sort();
  const dated = evidence.length
    ? ` Last evidence: ${[...new Set([day(evidence[0]), day(evidence.at(-1))])].join(" to ")}.`
    : "";
  const more = item.rows.length > 6 ? ` and ${item.rows.length - 6} more` : null;
  const rows = buttons.length
    ? el("span", { class: "claims" }, "Rests on: ", ...buttons, ...(more ? [more] : []))
    : null;
  document
    .getElementById("strip-words")
    .replaceChildren(
      el("p", {}, el("strong", {}, spanWords(item)), `: ${item.words}.${dated}`, around(page, route, item)),
      ...(rows ? [rows] : []),
    );
}

// What else is true of the same ground, from the other rows.
function around(page, route, item) {
  const here = (one) => one.from < item.to && one.to > item.from;
  const others = stripRows(page, route).filter(
    (row) => !row.items.some((one) => one.from === item.from && one.to === item.to && one.words === item.words),
  );
  const words = others.map((row) => {
    const found = [...new Set(row.items.filter(here).map((one) => one.words))];
    return found.length
      ? ` ${row.name}: ${found.slice(0, 4).join("; ")}${found.length > 4 ? ` and ${found.length - 4} more` : ""}.`
      : "";
  });
  return words.join("");
}

function clearPiece(page) {
  page.held = false;
  page.marks.clearLayers();
  for (const other of document.querySelectorAll("#strip-frame [aria-pressed=true]"))
    other.setAttribute("aria-pressed", "false");
  const hint = "Choose a stretch, with pointer, finger or arrow keys, to see it on the map and read about it here.";
  document.getElementById("strip-words").replaceChildren(el("p", { class: "hint" }, hint));
}

// Arrow keys walk along a row and between rows; one stretch of each row can be reached by Tab.
function stripKeys(event, page, route) {
  const node = event.target.closest?.("g[role=button]");
  if (event.key === "Escape") return clearPiece(page);
  if (!node) return undefined;
  const row = [...node.parentNode.querySelectorAll("g[role=button]")];
  const rows = [...document.querySelectorAll("#strip-frame g[role=group]")].filter((one) =>
    one.querySelector("g[role=button]"),
  );
  const middle = (node.item.from + node.item.to) / 2;
  const near = (other) =>
    [...other.querySelectorAll("g[role=button]")].sort((a, b) => gap(a.item, middle) - gap(b.item, middle))[0];
  const at = row.indexOf(node);
  const level = rows.indexOf(node.parentNode);
  const next = {
    ArrowRight: row[at + 1],
    ArrowLeft: row[at - 1],
    Home: row[0],
    End: row.at(-1),
    ArrowDown: rows[level + 1] && near(rows[level + 1]),
    ArrowUp: rows[level - 1] && near(rows[level - 1]),
  }[event.key];
  if (!next) return undefined;
  event.preventDefault();
  next.focus();
  choosePiece(page, route, next, false);
  return undefined;
}

function gap(item, at) {
  return Math.max(item.from - at, at - item.to, 0);
}

function drawStrip(page, route) {
  const frame = document.getElementById("strip-frame");
  document.getElementById("strip-title").textContent =
    `${route.name || route.route_id}: ${km(route.length_m)} from start to end`;
  const narrow = innerWidth < 900;
  const height = touch || narrow ? 44 : 26;
  const labels = narrow ? 76 : 110;
  const width = Math.max(frame.clientWidth - labels, narrow ? 860 : 300);
  const scale = (metres) => MARGIN + (metres / (route.length_m || 1)) * (width - 2 * MARGIN);
  const rows = stripRows(page, route);
  const tops = rows.map((_, at) => 22 + at * (height + 5));
  const bottom = 22 + rows.length * (height + 5);
  const groups = rows.map((row, at) => {
    const nodes = row.items.map((item) => stretchNode(page, route, item, scale, tops[at], height));
    nodes[0]?.setAttribute("tabindex", "0");
    const ground = svg("rect", {
      x: scale(0),
      y: tops[at],
      width: scale(route.length_m) - scale(0),
      height,
      class: "ground",
    });
    const none = nodes.length
      ? null
      : svg("text", { x: scale(0) + 6, y: tops[at] + height / 2 + 4, class: "axis" }, row.none);
    return svg("g", { role: "group", "aria-label": row.name }, ground, ...nodes, none);
  });
  const looks = rows.flatMap((row) => row.items.map((item) => item.look));
  const drawing = svg(
    "svg",
    { width, height: bottom + 20, role: "group", "aria-label": "Strip" },
    patterns("strip", looks),
    ...placeNames(page, route, scale, width),
    ...groups,
    ...ruler(route, scale, width, bottom),
  );
  const names = el(
    "div",
    { class: "strip-names", "aria-hidden": "true" },
    ...rows.map((row, at) => {
      const label = el("span", {}, row.name);
      label.style.top = `${tops[at] + height / 2}px`;
      return label;
    }),
  );
  names.style.width = `${labels}px`;
  frame.replaceChildren(names, el("div", { class: "strip-scroll" }, drawing));
  drawing.addEventListener("keydown", (event) => stripKeys(event, page, route));
  drawing.addEventListener("mouseleave", () => page.held || clearPiece(page));
  startNeedle(page, drawing, width, scale, bottom);
  clearPiece(page);
}

// The small strip of a table row: holders above, exposed stretches below.
function miniStrip(page, route, number) {
  const [width, height] = [76, 18];
  const scale = (metres) => (metres / (route.length_m || 1)) * width;
  const holders = stretchesOf(page, route);
  const piece = (from, to, look, y, tall) =>
    svg("rect", {
      x: scale(from),
      y,
      width: Math.max(scale(to) - scale(from), 1),
      height: tall,
      fill: paint(`mini-${number}`, look),
    });
  const looks = [...holders.map((part) => part.look), { own: "conflict" }];
  const words = holders.length
    ? sharesOf(page, route)
        .map((part) => `${holderWords(part.controller)} ${percent(part.share)}`)
        .join(", ")
    : "holders not given";
  return svg(
    "svg",
    { width, height, role: "img", "aria-label": words },
    patterns(`mini-${number}`, looks),
    svg("rect", { x: 0, y: 0, width, height: 11, class: "ground" }),
    svg("rect", { x: 0, y: 13, width, height: 5, class: "ground" }),
    ...holders.map((part) => piece(part.from_m, part.to_m, part.look, 0, 11)),
    ...(route.exposed ?? []).map(([from, to]) => piece(from, to, { own: "conflict" }, 13, 5)),
  );
}
