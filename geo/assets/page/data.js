// Reads the data blocks of the page, and turns values into words.
// Nothing here or later writes markup: text from data only ever becomes a text node.

const NONE = "not given";

async function readIsland(id) {
  const block = document.getElementById(id);
  if (!block) return null;
  if (block.dataset.packed !== "gzip") return JSON.parse(block.textContent);
  const signs = atob(block.textContent);
  // a plain loop: Uint8Array.from() with a function takes several times as long
  const bytes = new Uint8Array(signs.length);
  for (let at = 0; at < signs.length; at += 1) bytes[at] = signs.charCodeAt(at);
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(plain).text());
}

// All blocks are unpacked at once: each waits for the browser, none for another.
async function readLayers() {
  const waiting = [];
  for (let number = 0; document.getElementById(`geo-layer-${number}`); number += 1)
    waiting.push(readIsland(`geo-layer-${number}`));
  return (await Promise.all(waiting)).map(unpack);
}

// Rows travel as lists beside one list of columns; here they become objects again.
function unpack(packed, number) {
  const rows = packed.rows.map((values, place) => ({
    values: Object.fromEntries(packed.columns.map((column, at) => [column.name, values[at]])),
    shape: packed.shapes[packed.shape[place]] ?? null,
    label: packed.labels[packed.shape[place]] ?? null,
  }));
  const layer = { ...packed, number, rows };
  for (const row of rows) row.layer = layer;
  return layer;
}

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  return fill(node, attributes, children);
}

function svg(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  return fill(node, attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// Only web addresses become links: a "javascript:" in a source stays text.
function link(address, words) {
  const text = words || address;
  if (!/^https?:\/\/[^\s]+$/i.test(address ?? "")) return document.createTextNode(text ?? NONE);
  return el("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, text);
}

function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

const GAP = "\u00a0";
const FORMS = [0, 1].map(
  (digits) => new Intl.NumberFormat("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);

function km(metres, unit = `${GAP}km`) {
  if (!isNumber(metres)) return "not measured";
  const value = metres / 1000;
  if (metres !== 0 && Math.abs(value) < 0.05) return `under 0.1${unit}`;
  const digits = Math.abs(value) < 100 && metres !== 0 ? 1 : 0;
  return FORMS[digits].format(value) + unit;
}

function percent(share) {
  if (!isNumber(share)) return "not measured";
  if (share > 0 && share < 0.001) return `under 0.1${GAP}%`;
  if (share < 1 && share > 0.999) return `over 99.9${GAP}%`;
  return `${(share * 100).toFixed(share > 0 && share < 0.0995 ? 1 : 0)}${GAP}%`;
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

function day(date) {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(date ?? "");
  return found ? `${Number(found[3])} ${MONTHS[found[2] - 1]} ${found[1]}` : String(date ?? NONE);
}

function daysBetween(from, to) {
  return Math.round((Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86400000);
}

function age(date, now) {
  const days = daysBetween(date, now);
  if (days < 0) return null;
  if (days < 60) return `${days} ${days === 1 ? "day" : "days"}`;
  return days < 730 ? `${Math.round(days / 30.44)} months` : `${Math.floor(days / 365.25)} years`;
}

function today() {
  return new Date().toISOString();
}

// Half-open periods: the first day counts, the last one no longer does.
function holdsOn(values, date) {
  if (!date) return true;
  const from = values.valid_from?.slice?.(0, 10);
  const to = values.valid_to?.slice?.(0, 10);
  return (!from || from <= date) && (!to || date < to);
}

// An answer may have no day, where nothing that it rests on is dated.
function validOn(date) {
  return date ? `valid on ${day(date)}` : "(undated)";
}

function stateOn(date) {
  return date ? `State on ${day(date)}` : "Undated: no source in use gives a day";
}

function plural(count, one, many) {
  return `${count} ${count === 1 ? one : many}`;
}
