// Colour says who, pattern says how sure. One tile per look serves map, strip, table and legend.

const SIDE = 16;
// Two sets of tones: the page by day, and by night. Hues stay what they are, only lighter by night.
const TONES = {
  light: {
    ink: "#22272b",
    conflict: "#9c1c2e",
    paper: "#fff",
    pale: "#f4d9dc",
    mixed: "#d5d8da",
    road: "#dcd8cf",
    water: "#cfe3ee",
    rail: "#e4e0ea",
    sea: "#cfe0ea",
    land: "#e6e5e1",
    home: "#f8f3e6",
    area: "#b9b2a5",
    coast: "#a79f92",
    edge: "#c9c2b5",
    route: "#4f565c",
  },
  dark: {
    ink: "#eceae4",
    conflict: "#ff8593",
    paper: "#171b1f",
    pale: "#45161e",
    mixed: "#4b5258",
    road: "#41403b",
    water: "#1f3a49",
    rail: "#3a3547",
    sea: "#12222d",
    land: "#262a2e",
    home: "#34342f",
    area: "#6f6a60",
    coast: "#8a8377",
    edge: "#4b4a46",
    route: "#c9ced2",
  },
};
let tone = TONES.light;
let INK = tone.ink;
let CONFLICT = tone.conflict;
const tiles = new Map();
let hues = {};

// Pure hues of the page's data, and how they are shown by night: a third of the way to white.
function setTones(name, pure) {
  tone = TONES[name];
  INK = tone.ink;
  CONFLICT = tone.conflict;
  const light = (hue) =>
    `#${[1, 3, 5].map((at) => Math.round(Number.parseInt(hue.slice(at, at + 2), 16) * 0.67 + 84).toString(16)).join("")}`;
  hues = Object.fromEntries(Object.entries(pure).map(([holder, hue]) => [holder, name === "dark" ? light(hue) : hue]));
  tiles.clear();
}

// The look of a claim: the holders' hues, and "solid", "approximate" or "contested".
function lookOf(controller, status, extent) {
  const name = String(controller ?? "unknown");
  if (["contested", "mixed", "unknown"].includes(name)) return { own: name };
  if (status === "mixed") return { own: "mixed" };
  const sure =
    status === "contested" || status === "besieged"
      ? "contested"
      : extent === "township" || extent === "state"
        ? "approximate"
        : "solid";
  return { hues: name.split(" + ").map((part) => hues[part.trim()] ?? "#8a8f94"), sure };
}

const MODES = {
  road: { own: "road" },
  river: { own: "river" },
  sea: { own: "sea" },
  rail: { own: "rail" },
};

// Diagonal lines that meet themselves at the tile's edges.
function diagonals(pen, colour, width, { rising = true, steps = 1 } = {}) {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  for (let at = -2 * SIDE; at <= 2 * SIDE; at += SIDE / steps) {
    pen.beginPath();
    pen.moveTo(at, rising ? SIDE + 4 : -4);
    pen.lineTo(at + SIDE + 8, rising ? -4 : SIDE + 4);
    pen.stroke();
  }
}

function dots(pen, colour, size, spots) {
  pen.fillStyle = colour;
  for (const [x, y] of spots) {
    pen.beginPath();
    pen.arc(x, y, size, 0, 2 * Math.PI);
    pen.fill();
  }
}

function paper(pen, colour) {
  pen.fillStyle = colour;
  pen.fillRect(0, 0, SIDE, SIDE);
}

const OWN = {
  contested: (pen) => {
    paper(pen, tone.paper);
    diagonals(pen, INK, 2.6, { rising: false, steps: 2 });
  },
  mixed: (pen) => {
    paper(pen, tone.mixed);
    dots(pen, tone === TONES.dark ? "#aab2b8" : "#5d656b", 1.9, [
      [4, 4],
      [12, 12],
    ]);
  },
  unknown: (pen) => {
    paper(pen, tone.paper);
    dots(pen, "#868d93", 1, [
      [4, 4],
      [12, 12],
      [4, 12],
      [12, 4],
    ]);
  },
  conflict: (pen) => {
    paper(pen, tone.pale);
    diagonals(pen, CONFLICT, 3.2, { steps: 2 });
  },
  zone: (pen) => diagonals(pen, CONFLICT, 1.6, { steps: 2 }),
  road: (pen) => paper(pen, tone.road),
  river: (pen) => {
    paper(pen, tone.water);
    dots(pen, "#4b86a5", 1.3, [
      [4, 8],
      [12, 8],
    ]);
  },
  sea: (pen) => {
    paper(pen, tone.water);
    diagonals(pen, "#8fb8cd", 1.2, { steps: 2 });
  },
  rail: (pen) => {
    paper(pen, tone.rail);
    pen.fillStyle = "#6d6380";
    pen.fillRect(0, 0, 2, SIDE);
    pen.fillRect(8, 0, 2, SIDE);
  },
};

// Joint holders share the ground as broad bands; doubt lies over them as thin lines.
function bands(pen, look) {
  paper(pen, look.hues[0]);
  look.hues.slice(1).forEach((hue, place) => {
    const width = SIDE / look.hues.length / Math.SQRT2;
    pen.save();
    pen.translate(((place + 1) * SIDE) / look.hues.length, 0);
    diagonals(pen, hue, width);
    pen.restore();
  });
  if (look.sure === "contested") diagonals(pen, INK, 2, { rising: false, steps: 2 });
  if (look.sure === "approximate") diagonals(pen, "rgba(255,255,255,.62)", 3, { rising: false, steps: 2 });
}

function tile(look) {
  const key = look.own ?? `${look.hues.join()}|${look.sure}`;
  if (tiles.has(key)) return tiles.get(key);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const pen = canvas.getContext("2d");
  if (look.own) OWN[look.own](pen);
  else bands(pen, look);
  const made = { id: `tile-${tiles.size}`, url: canvas.toDataURL(), brush: pen.createPattern(canvas, "repeat") };
  tiles.set(key, made);
  return made;
}

// Leaflet hands colours to the canvas as they are, so a pattern can stand where a colour does.
function brush(look) {
  if (look.hues?.length === 1 && look.sure === "solid") return look.hues[0];
  return tile(look).brush;
}

function swatch(look, extra = "") {
  const box = el("span", { class: `swatch ${extra}`, "aria-hidden": "true" });
  box.style.backgroundImage = `url(${tile(look).url})`;
  return box;
}

// The SVG patterns for the looks that a drawing uses.
function patterns(prefix, looks) {
  const used = new Map(looks.map((look) => [tile(look).id, tile(look)]));
  return svg(
    "defs",
    {},
    ...[...used.values()].map(({ id, url }) =>
      svg(
        "pattern",
        { id: `${prefix}-${id}`, width: SIDE, height: SIDE, patternUnits: "userSpaceOnUse" },
        svg("image", { href: url, width: SIDE, height: SIDE }),
      ),
    ),
  );
}

function paint(prefix, look) {
  return `url(#${prefix}-${tile(look).id})`;
}

// Words for a claim, as they stand in legend, strip and text alternatives.
function holderWords(controller, status) {
  const name = controller ?? "unknown";
  if (name === "unknown") return "holder unknown";
  if (name === "contested") return "contested";
  if (name === "mixed") return "mixed: no single holder";
  if (status === "contested") return `${name}, contested`;
  if (status === "besieged") return `${name}, besieged`;
  if (status === "mixed") return `${name} holds the town, not the whole township`;
  return name;
}
