// Online map tiles, where the page was made with them: never asked for before the reader ticks the box.

const NO_TILES = "The map stays as it is.";

function tileWords(words) {
  document.getElementById("tile-words").textContent = words;
}

function dropTiles(page, words) {
  page.tileLayer?.remove();
  page.tileLayer = null;
  document.getElementById("tile-box").checked = false;
  tileWords(words);
}

// A first picture that fails before any came means that there is no network, or none to that host.
function showTiles(page) {
  const { tiles } = page;
  if (!navigator.onLine) return dropTiles(page, `This device has no network. ${NO_TILES}`);
  const layer = L.tileLayer(tiles.url, { pane: "tiles", maxZoom: 15, maxNativeZoom: tiles.max_zoom });
  let came = false;
  layer.on("tileload", () => {
    came = true;
  });
  layer.on("tileerror", () => came || dropTiles(page, `${tiles.host} gives no map pictures here. ${NO_TILES}`));
  page.tileLayer = layer.addTo(page.map);
  return tileWords(`Shown under the layers. Map pictures: ${tiles.credit}`);
}

// A box of its own: a link to the page keeps the layers, but can never make the page ask a stranger.
function tileEntry(page) {
  const { tiles } = page;
  if (!tiles) return [];
  const box = el("input", { type: "checkbox", id: "tile-box", checked: page.tileLayer ? "" : null });
  box.addEventListener("change", () => (box.checked ? showTiles(page) : dropTiles(page, "")));
  const told = `Asks ${tiles.host} over the network: it learns your address and which area you look at.`;
  return [
    el("label", { class: "toggle", for: "tile-box" }, box, el("span", {}, `Online map pictures from ${tiles.host}`)),
    el("p", { class: "from" }, told),
    el("p", { class: "from", id: "tile-words", role: "status" }),
  ];
}
