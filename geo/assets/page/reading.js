// For reading: light and dark, paper, the way north, the link to copy, and a guide in plain words.

function setTheme(page, name) {
  page.theme = name;
  document.documentElement.dataset.theme = name;
  setTones(name, page.looks);
  const button = document.getElementById("theme");
  button.textContent = name === "dark" ? "Light" : "Dark";
  button.setAttribute("aria-label", name === "dark" ? "Light colours" : "Dark colours");
}

function changeTheme(page, name) {
  if (page.theme === name) return;
  setTheme(page, name);
  redraw(page);
  placeLabels(page);
}

// The system's wish holds until the reader chooses.
function startTheme(page) {
  const wish = matchMedia("(prefers-color-scheme: dark)");
  let chosen = false;
  setTheme(page, wish.matches ? "dark" : "light");
  wish.addEventListener("change", () => {
    if (!chosen) changeTheme(page, wish.matches ? "dark" : "light");
  });
  document.getElementById("theme").addEventListener("click", () => {
    chosen = true;
    changeTheme(page, page.theme === "dark" ? "light" : "dark");
  });
}

// Paper is light, whatever the screen is. Called before the map is fitted to the sheet.
function startPaper(page) {
  let screen = "light";
  addEventListener("beforeprint", () => {
    screen = page.theme;
    document.getElementById("paper").textContent = paperWords(page);
    changeTheme(page, "light");
  });
  addEventListener("afterprint", () => {
    document.body.classList.remove("a3");
    changeTheme(page, screen);
  });
  for (const size of ["a4", "a3"]) {
    document.getElementById(`print-${size}`).addEventListener("click", () => {
      document.body.classList.toggle("a3", size === "a3");
      document.getElementById("tools").open = false;
      print();
    });
  }
}

// One sheet has no room for the passports: the layers with their age, their sources' names, and the day of printing.
function paperWords(page) {
  const layers = page.layers.map(({ passport }) => `${passport.title} (${day(passport.as_of)})`);
  const sources = new Set(
    page.layers.flatMap(({ passport }) => (passport.sources ?? []).map((source) => source.title)),
  );
  const drawn = "Lines are drawn through places, township areas are approximate, and unknown is not safe.";
  const events = page.hasNear ? ` Events: ${meaningWords(page)}` : "";
  return `${layers.join("; ")}. Sources: ${[...sources].join("; ")}. ${drawn}${events} Printed ${day(today())}.`;
}

async function copyLink(page) {
  const words = document.getElementById("copied");
  const link = page.link();
  try {
    await navigator.clipboard.writeText(link);
    words.textContent = "Link copied.";
  } catch {
    const field = el("input", { type: "text", readonly: "", value: link, "aria-label": "Link to this view" });
    words.replaceChildren("Copy this: ", field);
    field.select();
  }
  if (page.own.length && !link.includes("own="))
    words.append(" Your routes are too long for a link and are not in it.");
}

function startCopy(page) {
  const button = document.getElementById("copy");
  button.hidden = location.protocol === "about:";
  button.addEventListener("click", () => copyLink(page));
}

// The map is never turned: up is north.
function northArrow() {
  const arrow = L.control({ position: "bottomleft" });
  arrow.onAdd = () =>
    el(
      "div",
      { class: "north", role: "img", "aria-label": "North is up" },
      svg(
        "svg",
        { width: 18, height: 26, viewBox: "0 0 18 26", "aria-hidden": "true" },
        svg("path", { d: "M9 0 L15 16 L9 12 L3 16 Z", class: "needle" }),
        svg("text", { x: 9, y: 25, "text-anchor": "middle" }, "N"),
      ),
    );
  return arrow;
}

const GUIDE = [
  "The red number: so much of the chosen route lies inside zones of fighting on that day, along the line as drawn.",
  "Colour says who holds the ground, pattern how sure that is; a red band along the route: it runs inside a zone.",
  "The strip is the route laid straight. Choose a stretch to see it on the map and the reports that it rests on.",
  "Move the handle of the time line: map, strip and every number follow. Where it is hatched, nothing is known.",
  "Every row, figure and state of a gate leads to its source: press it on the map, in the table or in the time line.",
];
