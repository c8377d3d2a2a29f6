"""
The page: one HTML file with map, strip, table and sources, that needs no network.

folium's map is the root and is rendered with constants only, because branca
compiles rendered text as a template again: a string from a layer that reached
it could run code here, before any browser sees the page. Scripts are hashed
before data are added; data go in as JSON blocks, which the page's own script
reads and writes to the screen as text, never as markup.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Final, Protocol

from geo import looks
from geo.errors import CRSError, InputError, OutputError
from geo.io import plain, write_text
from geo.schema import KINDS, date_columns

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    import folium
    from geopandas import GeoDataFrame

    from geo.catalog import Layers
    from geo.ways import Ways

__all__ = ["Page", "page"]

_ASSETS = Path(__file__).with_name("assets")
_SCRIPTS: Final = (
    "data",
    "kernel",
    "measure",
    "looks",
    "map",
    "labels",
    "tiles",
    "layers",
    "strip",
    "spot",
    "answer",
    "near",
    "about",
    "timeline",
    "search",
    "files",
    "draw",
    "yourroute",
    "front",
    "ways",
    "permalink",
    "reading",
    "main",
)
"""The page's own scripts, in the order in which they need each other."""

_DECIMALS: Final = 9
_CHAINAGE_DECIMALS: Final = 6
_COARSE_DECIMALS: Final = 5
_COARSE_KINDS: Final = frozenset({"boundaries", "places", "mining_sites", "gates"})
"""Kinds that are looked at only: a metre will do. The page measures against all others."""
_UNSEEN_KINDS: Final = frozenset({"townships", "links"})
"""Kinds that names are looked up in or ways searched through; drawn, they would only weigh."""

_PACK_ABOVE: Final = 1_000_000
"""Where all blocks together are longer than this, the long ones are packed."""
_PACKED_LEAST: Final = 100_000
"""A shorter block is never packed: it would save little, and must be unpacked by each reader."""
_CSP = (
    "default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src {images}; "
    "font-src data:; connect-src 'none'; frame-src 'none'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'"
)

_EVIDENCE: Final = ("source_date", "last_evidence", "status_as_of")


class _Answer(Protocol):
    """What `exposure.measure` found."""

    @property
    def as_of(self) -> dt.date | None:
        """The day that the answer holds for; None where nothing in use has a date."""
        ...

    def as_dict(self) -> Mapping[str, Any]:
        """Give the answer in the form of the JSON contract."""
        ...


@dataclass(frozen=True)
class Page:
    """
    A page, ready to be saved or shown in a notebook.

    Attributes
    ----------
    folium
        The map at the page's root. Give it no text from outside: folium runs
        templates that it finds in text.
    islands
        The page's data, as JSON blocks.
    pictures
        Where pictures may come from: the page itself, and a tile server that
        was asked for.
    """

    folium: folium.Map
    islands: str
    pictures: str = "data:"

    @property
    def html(self) -> str:
        """
        Render the whole document.

        Raises
        ------
        OutputError
            If something added to the map would need the network.
        """
        header, body, script = _render(self.folium)
        scripts = [*re.findall(r"<script>(.*?)</script>", header, re.DOTALL), _leaflet(), script]
        scripts.append(_own_script())
        hashes = " ".join(_hash(text) for text in scripts)
        return Template(_asset("page.html")).substitute(
            csp=_CSP.format(hashes=hashes, images=self.pictures),
            styles="\n".join([*re.findall(r"<style>.*?</style>", header, re.DOTALL), _styles()]),
            map=body,
            islands=self.islands,
            scripts="\n".join(f"<script>{text}</script>" for text in scripts),
        )

    def save(self, path: str | Path) -> None:
        """
        Write the page as one HTML file that opens with no network.

        Parameters
        ----------
        path
            Where to write.

        Raises
        ------
        OutputError
            If the file cannot be written, or the page would need the network.
        """
        write_text(path, self.html)

    def _repr_html_(self) -> str:
        """Show the page in a notebook, in a frame that can reach neither network nor notebook."""
        return (
            '<iframe title="Corridor exposure" sandbox="allow-scripts allow-downloads" '
            'style="width:100%;height:800px;border:0" '
            f'srcdoc="{html.escape(self.html)}"></iframe>'
        )


def page(
    layers: Layers, found: _Answer, *, ways: Sequence[Ways] = (), tiles: str | None = None
) -> Page:
    """
    Draw layers and an answer on one page.

    Parameters
    ----------
    layers
        Layers in EPSG:4326, by name, with passports. Any may be missing or
        empty; a layer of an unknown kind is drawn in neutral colours.
    found
        What `exposure.measure` gave for the routes.
    ways
        What `ways.find` gave for questions, each with its scenarios as `others`. The
        page then has a tab in which they are compared and drawn.
    tiles
        Online map pictures that the reader may switch on: a name that
        xyzservices knows, such as "OpenStreetMap.Mapnik", or an https address
        with {z}, {x} and {y}. They are off until a box is ticked, beside which
        stands who is asked and what that tells him. Default: none.

    Returns
    -------
    Page
        The same bytes for the same layers, answer and ways.

    Raises
    ------
    CRSError
        If a layer is in another CRS than EPSG:4326.
    InputError
        If `tiles` is neither known nor such an address, or ways are of another day.
    """
    import folium

    online = None if tiles is None else _tiles(tiles)

    answer = _rounded(_plain(found.as_dict()))
    questions = _questions(ways, found.as_of)
    drawn = [*(answer.get("routes") or []), *_routes_of(questions)]
    seen = [name for name in layers if layers.passport(name).get("kind") not in _UNSEEN_KINDS]
    packed = [_layer(name, layers[name], layers.passport(name)) for name in seen]
    about = {
        "as_of": plain(found.as_of),
        "looks": _looks(packed, {"routes": drawn}),
        "home": _home(layers, answer.get("routes") or drawn),
        "leaflet": json.loads(_asset("leaflet/manifest.json")),
        "tiles": online,
    }
    blocks: list[tuple[str, object]] = [("geo-page", about), ("geo-found", answer)]
    blocks += [("geo-ways", questions)] if questions else []
    blocks += [(f"geo-layer-{number}", layer) for number, layer in enumerate(packed)]
    root = folium.Map(
        location=(0, 0),
        zoom_start=2,
        tiles=None,
        prefer_canvas=True,
        max_zoom=15,
        maxZoom=15,
        zoomSnap=0.25,
        attributionControl=False,
    )
    root.default_js, root.default_css = [], []
    return Page(root, _islands(blocks), f"data: https://{online['host']}" if online else "data:")


def _tiles(wanted: str) -> dict[str, Any]:
    """Find the address of a tile server, and who must be named for its pictures."""
    address, credit, most = wanted, "", 19
    if "://" not in wanted:
        from xyzservices import providers

        try:
            known = providers.query_name(wanted)
        except ValueError:
            message = (
                f"{wanted}: no tiles of that name; give an https address with {{z}}/{{x}}/{{y}}"
            )
            raise InputError(message) from None
        if known.requires_token():
            message = f"{wanted}: needs a key of yours; give its address with the key in it"
            raise InputError(message)
        address, credit = known.build_url(), known.get("attribution", "")
        most = int(known.get("max_zoom", most))
    found = re.fullmatch(r"https://([a-z0-9.-]+(?::\d+)?)/[!-~]*", address, re.IGNORECASE)
    if not found or not all(part in address for part in ("{z}", "{x}", "{y}")):
        message = f"{wanted}: tiles need an https address with {{z}}, {{x}} and {{y}} in its path"
        raise InputError(message)
    host = found.group(1).lower()
    return {"url": address, "host": host, "credit": credit or host, "max_zoom": most}


# ---------------------------------------------------------------- the document


def _render(root: folium.Map) -> tuple[str, str, str]:
    """Render folium's part, with fixed ids, as header, body and script."""
    figure: Any = root.get_root()
    figure.render()
    parts = [str(part.render()) for part in (figure.header, figure.html, figure.script)]
    remote = re.search(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\S+", "".join(parts[:2]))
    if remote:
        message = f"the page would need the network: {remote.group()}"
        raise OutputError(message)
    ids = dict.fromkeys(re.findall(r"[0-9a-f]{32}", "".join(parts)))
    names = {root.get_name(): "geo_map"}
    names |= {name: f"n{number}" for number, name in enumerate(ids)}
    for old, new in names.items():
        parts = [part.replace(old, new) for part in parts]
    return parts[0], parts[1], f"\n{parts[2].strip()}\n"


@cache
def _asset(name: str) -> str:
    return (_ASSETS / name).read_text("utf-8")


@cache
def _leaflet() -> str:
    return _asset("leaflet/leaflet.js").replace("//# sourceMappingURL=leaflet.js.map", "")


@cache
def _own_script() -> str:
    whole = "\n".join(_asset(f"page/{name}.js") for name in _SCRIPTS)
    # notes and indents are for those who read the files: a seventh of all, and no text spans lines
    lines = (line.strip() for line in whole.splitlines())
    text = "\n".join(line for line in lines if line and not line.startswith("//"))
    return f'(() => {{\n"use strict";\n{text}\n}})();\n'


@cache
def _styles() -> str:
    def data_uri(found: re.Match[str]) -> str:
        image = (_ASSETS / "leaflet" / found.group(1)).read_bytes()
        return f"url(data:image/png;base64,{base64.b64encode(image).decode()})"

    def font(found: re.Match[str]) -> str:
        letters = (_ASSETS / found.group(1)).read_bytes()
        return f"url(data:font/woff2;base64,{base64.b64encode(letters).decode()})"

    leaflet = re.sub(r"url\(images/([\w-]+\.png)\)", data_uri, _asset("leaflet/leaflet.css"))
    own = re.sub(r"url\((fonts/[\w-]+\.woff2)\)", font, _asset("page.css"))
    return f"<style>{leaflet}</style>\n<style>{own}</style>"


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _islands(blocks: Iterable[tuple[str, object]]) -> str:
    """Write data as blocks that no browser runs and no text in them can leave; pack what is big."""
    texts = [(name, _block(value)) for name, value in blocks]
    is_big = sum(len(text) for _, text in texts) > _PACK_ABOVE
    made = []
    for name, text in texts:
        mark, body = "", text
        if is_big and len(text) > _PACKED_LEAST:
            # a fixed time, so that the same data are the same bytes
            packed = gzip.compress(text.encode(), mtime=0)
            mark, body = ' data-packed="gzip"', base64.b64encode(packed).decode()
        made.append(f'<script type="application/json" id="{name}"{mark}>{body}</script>')
    return "\n".join(made)


def _block(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


# -------------------------------------------------------------------- the data


def _layer(name: str, frame: GeoDataFrame, passport: Mapping[str, Any]) -> dict[str, Any]:
    """Pack a layer: every attribute, each shape once."""
    kind = str(passport.get("kind") or name)
    column = getattr(frame, "_geometry_column_name", None)
    decimals = _COARSE_DECIMALS if kind in _COARSE_KINDS else _DECIMALS
    names = [title for title in frame.columns if title != column]
    shapes, numbers, labels = (
        _shapes(name, frame, decimals) if column in frame.columns else ([], [], [])
    )
    return {
        "name": name,
        "kind": kind,
        "passport": _plain({"title": name, **passport}),
        "newest": _newest(frame),
        "columns": [_column(str(title), frame, kind) for title in names],
        "rows": [_plain(row) for row in frame[names].itertuples(index=False, name=None)],
        "shapes": shapes,
        "shape": numbers,
        "labels": labels,
    }


def _column(title: str, frame: GeoDataFrame, kind: str) -> dict[str, str]:
    known = KINDS[kind].columns.get(title) if kind in KINDS else None
    is_date = kind in KINDS and title in date_columns(kind)
    is_date = is_date or frame[title].dtype.kind == "M"
    words = title.replace("_", " ").strip()
    metres = title.endswith("_m")
    words = words.removesuffix(" m") if metres else words
    return {
        "name": title,
        "label": (words[:1].upper() + words[1:]).replace(" url", " page"),
        "about": known.about if known else "",
        "type": "date" if is_date else "metres" if metres else "",
    }


def _shapes(
    name: str, frame: GeoDataFrame, decimals: int
) -> tuple[list[Any], list[int | None], list[Any]]:
    """Give the distinct shapes, the number of each row's shape, and a point for each label."""
    import numpy as np
    import shapely

    if frame.crs is not None and frame.crs.to_epsg() != 4326:  # noqa: PLR2004 - EPSG:4326
        message = f"{name}: a layer on the page must be in EPSG:4326, this one is in {frame.crs}"
        raise CRSError(message)
    rounded = shapely.transform(
        shapely.force_2d(frame.geometry.to_numpy()), lambda points: np.round(points, decimals)
    )
    keys = [None if shape is None or shape.is_empty else shape.wkb for shape in rounded]
    distinct = {key: shape for key, shape in zip(keys, rounded, strict=True) if key}
    number = {key: place for place, key in enumerate(distinct)}
    points = [shapely.point_on_surface(shape) for shape in distinct.values()]
    return (
        [_plain(shape.__geo_interface__) for shape in distinct.values()],
        [None if key is None else number[key] for key in keys],
        [[round(point.x, 3), round(point.y, 3)] for point in points],
    )


def _newest(frame: GeoDataFrame) -> str | None:
    """Find the newest day on which a source of the layer speaks."""
    days = [plain(day) for title in _EVIDENCE if title in frame.columns for day in frame[title]]
    return max((str(day)[:10] for day in days if day), default=None)


def _looks(packed: Iterable[Mapping[str, Any]], answer: Mapping[str, Any]) -> dict[str, str]:
    """Give each holder a hue, by all claims of all control layers on the page."""
    claimed: list[str | None] = []
    for layer in packed:
        titles = [column["name"] for column in layer["columns"]]
        if layer["kind"] == "control_areas" and "controller" in titles:
            claimed += [row[titles.index("controller")] for row in layer["rows"]]
    named = [
        part["controller"]
        for route in answer.get("routes") or []
        for part in [*(route.get("controllers") or []), *(route.get("stretches") or [])]
    ]
    return looks.hues(claimed, named)


def _home(layers: Layers, routes: Iterable[Mapping[str, Any]]) -> str | None:
    """Name the country that most of the routes' points lie in: it is drawn light, others grey."""
    import shapely

    points = [point[:2] for route in routes for point in route["path"]]
    spots = shapely.points(points) if points else []
    counts: Counter[str] = Counter()
    for name in layers:
        frame = layers[name]
        if not {"country", "level"} <= set(frame.columns):
            continue
        countries = frame[frame["level"] == 0]
        for country, shape in zip(countries["country"], countries.geometry, strict=True):
            counts[str(country)] += int(shapely.contains(shape, spots).sum()) if points else 0
    return max(sorted(counts), key=counts.__getitem__) if counts.total() else None


def _plain(value: Any) -> Any:
    """Turn a value into what JSON can hold; what JSON does not know becomes text."""
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    cell = plain(value)
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)


def _rounded(answer: dict[str, Any]) -> dict[str, Any]:
    """Round the routes' paths: degrees to 9 decimals (0.1 mm), chainage to a micrometre."""
    for route in answer.get("routes") or []:
        route["path"] = _path(route)
    return answer


def _path(route: Mapping[str, Any]) -> list[list[float]]:
    digits = (_DECIMALS, _DECIMALS, _CHAINAGE_DECIMALS)
    return [
        [round(value, places) for value, places in zip(point, digits, strict=True)]
        for point in route.get("path") or []
    ]


def _questions(asked: Sequence[Ways], as_of: dt.date | None) -> list[dict[str, Any]]:
    """Give the ways as the page reads them, paths rounded as those of routes."""
    from geo.report import fronts

    days = {one.as_of for found in asked for one in (found, *found.others)}
    if days - {as_of}:
        shown = ", ".join(sorted(map(str, days)))
        message = f"ways of {shown} on a page of {as_of}: ask for all of it on one day"
        raise InputError(message)
    questions: list[dict[str, Any]] = [_plain(block) for block in fronts.as_blocks(asked)]
    for route in _routes_of(questions):
        route["path"] = _path(route)
    return questions


def _routes_of(questions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    scenarios = (scenario for question in questions for scenario in question["scenarios"])
    return [way["route"] for scenario in scenarios for way in scenario["ways"]]
