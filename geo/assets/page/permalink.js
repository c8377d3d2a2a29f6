// The link to what is seen: view, layers, route, day and own routes, after the # of the address.
// A link comes from anywhere: what does not fit is passed over, and nothing in it is ever run or written as markup.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const LONGEST = 60000;
const HUNDRED_THOUSANDTHS = 1e5;

// A line as the steps between its points, in 1e-5 degrees: five bits to a letter, the sixth says that more follow.
function packLine(points) {
  const last = [0, 0];
  const step = (value, axis) => {
    const whole = Math.round(value * HUNDRED_THOUSANDTHS);
    let rest = whole - last[axis];
    last[axis] = whole;
    rest = rest < 0 ? -2 * rest - 1 : 2 * rest;
    let text = "";
    for (; rest > 31; rest = Math.floor(rest / 32)) text += ALPHABET[32 + (rest % 32)];
    return text + ALPHABET[rest];
  };
  return points.map(([lon, lat]) => step(lon, 0) + step(lat, 1)).join("");
}

function unpackLine(text) {
  const numbers = [];
  let [value, scale] = [0, 1];
  for (const letter of text) {
    const bits = ALPHABET.indexOf(letter);
    if (bits < 0 || scale > 2 ** 40) return null;
    value += (bits % 32) * scale;
    scale *= 32;
    if (bits > 31) continue;
    numbers.push(value % 2 ? -(value + 1) / 2 : value / 2);
    [value, scale] = [0, 1];
  }
  const points = [];
  for (let at = 1, lon = 0, lat = 0; at < numbers.length; at += 2) {
    lon += numbers[at - 1];
    lat += numbers[at];
    points.push([lon / HUNDRED_THOUSANDTHS, lat / HUNDRED_THOUSANDTHS]);
  }
  const onEarth = ([lon, lat]) => Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
  return scale === 1 && numbers.length % 2 === 0 && points.length > 1 && points.every(onEarth) ? points : null;
}

function stateWords(page) {
  const { lat, lng } = page.map.getCenter();
  const words = new URLSearchParams();
  words.set("v", [page.map.getZoom().toFixed(2), lat.toFixed(4), lng.toFixed(4)].join("/"));
  if (page.route && !chosenWay(page)) words.set("r", page.route.route_id);
  for (const [name, value] of waysState(page)) words.set(name, value);
  if (page.layerDay !== page.answer.day) words.set("d", page.layerDay);
  for (const [name, box] of page.toggles) if (!box.checked) words.append("off", name);
  for (const own of page.own) {
    words.append("own", [own.parts.map(packLine).join("."), own.route_id, own.name].map(encodeURIComponent).join(","));
  }
  return words;
}

// Own routes that would make the link too long stay out of it.
function stateHash(page) {
  const words = stateWords(page);
  if (words.toString().length > LONGEST) words.delete("own");
  return `#${words}`;
}

function readOwn(words) {
  return words
    .getAll("own")
    .slice(0, 20)
    .flatMap((text) => {
      const [lines, id, name] = text.split(",").map(decodeURIComponent);
      const parts = (lines ?? "").split(".").map(unpackLine);
      return id && parts.every(Boolean) ? [{ route_id: id.slice(0, 80), name: (name || id).slice(0, 200), parts }] : [];
    });
}

function readState(page, hash) {
  if (hash.length < 2 || hash.length > 2 * LONGEST) return null;
  const words = new URLSearchParams(hash.slice(1));
  const [zoom, lat, lon] = (words.get("v") ?? "").split("/").map((part) => (part.trim() ? Number(part) : NaN));
  const fits = isNumber(zoom) && zoom >= 1 && zoom <= 15 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  const date = dateOf(words.get("d"));
  return {
    view: fits ? [[lat, lon], zoom] : null,
    route: words.get("r"),
    words,
    off: words.getAll("off"),
    own: readOwn(words),
    date:
      date && date === words.get("d") && page.time && date >= page.time.from && date <= page.time.to
        ? date
        : page.answer.day,
  };
}

// Follows a link. Own routes of the reader are kept; those of the link are added.
function follow(page, hash) {
  let state = null;
  try {
    state = readState(page, hash);
  } catch {
    return;
  }
  if (!state) return;
  const known = new Set(page.own.map((one) => one.route_id));
  const fresh = state.own.filter((one) => !known.has(one.route_id));
  // a glide to the routes would end after the view is set, and undo it
  const { ready } = page;
  page.ready = false;
  if (fresh.length) page.takeOwn(fresh);
  page.ready = ready;
  if (page.time && state.date) setDay(page, state.date);
  for (const [name, box] of page.toggles) if (box.checked === state.off.includes(name)) box.click();
  followWays(page, state.words);
  const routes = routesOf(page);
  if (routes.some((one) => one.route_id === state.route)) page.choose(state.route, { fit: false });
  if (state.view) page.map.setView(...state.view, { animate: false });
}

// A page in a frame without an address of its own has no link; then nothing is written.
function startPermalink(page) {
  let waiting = 0;
  let written = "";
  const write = () => {
    written = stateHash(page);
    try {
      history.replaceState(null, "", written);
    } catch {
      written = "";
    }
  };
  page.remember = () => {
    clearTimeout(waiting);
    if (page.ready && location.protocol !== "about:") waiting = setTimeout(write, 400);
  };
  page.link = () => new URL(stateHash(page), location.href).href;
  follow(page, location.hash);
  page.map.on("moveend", page.remember);
  for (const kind of ["click", "change", "keyup"]) document.addEventListener(kind, page.remember);
  addEventListener("hashchange", () => {
    if (location.hash !== written) follow(page, location.hash);
  });
}
