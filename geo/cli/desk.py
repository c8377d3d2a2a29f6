"""What the user names is read here, and account is kept of it for the answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import InputError, Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame

    from geo.catalog import Catalog
    from geo.exposure import Exposure
    from geo.io import Source
    from geo.sheet import Sheet

__all__ = [
    "AREAS",
    "CONTROL",
    "LINKS",
    "ROUTES",
    "ZONES",
    "Desk",
    "catalog",
    "command",
    "keep_text_plain",
    "layer_input",
]

ROUTES, LINKS = "corridors", "links"
ZONES, CONTROL = "conflict_zones", "control_areas"
AREAS = ("townships", "boundaries")
_ID_ROLES = (("zone", "zone", "area"), ("area", "area", "zone"))
_PAGE_KINDS = {"zones": ZONES, "control": CONTROL}


class Desk:
    """Reads what the user names, and keeps account of it for the answer."""

    def __init__(
        self, layers: Catalog | str | None, crs: str | None, limits: Sequence[str] = ()
    ) -> None:
        from geo.io.limits import DEFAULT

        self._layers, self._crs, self._limits = layers, crs, DEFAULT.raised(limits)
        self.inputs: list[dict[str, object]] = []
        self.notices: list[Notice] = []
        self._used: set[str] = set()
        self._brought: dict[str, tuple[str, str, Source]] = {}

    @property
    def layers(self) -> Catalog:
        """Give the catalogue, loaded when it is first asked for: a file needs none of it."""
        if self._layers is None or isinstance(self._layers, str):
            self._layers = catalog(self._layers)
        return self._layers

    def is_layer(self, name: str) -> bool:
        """Tell a layer of the catalogue from a file, which comes first."""
        return not _is_file(name) and name in self.layers

    def own_claims(self, zones: Sequence[str]) -> tuple[str, ...]:
        """Give the claims that go with zones: the bundled ones with layers, named or not."""
        return (CONTROL,) if all(self.is_layer(name) for name in zones) else ()

    def covered(self, names: Sequence[str]) -> GeoDataFrame | None:
        """Give the ground that the sources of layers speak of; None where one does not say."""
        import pandas as pd

        parts = [self.layers.covered(name) for name in names]
        known = [part for part in parts if part is not None]
        return pd.concat(known) if known and len(known) == len(parts) else None

    def read(self, name: str, role: str) -> GeoDataFrame:
        """Read a bundled layer by its name, or a file."""
        return self._layer(name, role) if self.is_layer(name) else self._file(name, role).frame

    def sheets(self, routes: str, zones: Sequence[str]) -> tuple[Sheet, Sheet] | None:
        """Read a file of routes and one of zones without making frames; None if not just that."""
        if len(zones) != 1 or self.is_layer(routes) or self.is_layer(zones[0]):
            return None
        return self._file(routes, "routes").sheet, self._file(zones[0], "zones").sheet

    def _layer(self, name: str, role: str) -> GeoDataFrame:
        self.inputs.append(layer_input(self.layers, name, role))
        self._used.add(name)
        return self.layers[name]

    def _file(self, name: str, role: str) -> Source:
        from geo import io

        io.refuse_address(name)
        if not Path(name).suffix and not Path(name).exists():
            known = ", ".join(self.layers)
            message = f"{name}: neither a file nor a layer; the layers are {known}"
            raise InputError(message)
        kind = "routes" if role == "routes" else "zones"
        source = io.read(name, role=kind, crs=self._crs, limits=self._limits)
        self.notices += source.notices
        if role in _PAGE_KINDS:
            self._brought[f"{role}-{len(self.inputs)}"] = (_PAGE_KINDS[role], name, source)
        self.inputs.append(
            {
                "role": role,
                "path": source.path,
                "sha256": source.sha256,
                "features": len(source.sheet.rows),
            }
        )
        return source

    def read_claims(self, names: Sequence[str]) -> dict[str, GeoDataFrame] | None:
        """Read sources of claims apart; several are called by their layer or file."""
        from geo.exposure import frames

        several = [name if name in self.layers else Path(name).stem for name in names]
        called = frames.numbered(several) if len(names) > 1 else names
        read = {one: self.read(name, "control") for one, name in zip(called, names, strict=True)}
        return read or None

    def for_series(self) -> Catalog:
        """Give the layers of the catalogue that were used, for their titles and sources."""
        return self.layers.without(*(name for name in self.layers if name not in self._used))

    def for_page(self, found: Exposure) -> Catalog:
        """Give the layers for a page of this answer: what was used, and what is near."""
        from geo import control
        from geo.exposure import frames

        unused = {ZONES, CONTROL} - self._used
        layers = self.layers.without(*unused).around(found.routes.total_bounds)
        for name, (kind, path, source) in self._brought.items():
            frame = source.frame
            names = {f"{role}_id": frames.ids_of(frame, *roles) for role, *roles in _ID_ROLES}
            shown = control.standard(frame).assign(**names)
            layers = layers.with_layer(name, shown, kind=kind, path=path)
        return layers

    def read_all(self, names: Sequence[str], role: str) -> GeoDataFrame:
        """Read several as one frame."""
        import pandas as pd

        frames = [self.read(name, role) for name in names]
        return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False


def catalog(folder: str | None) -> Catalog:
    """Give the layers of a folder, or the bundled ones."""
    from geo.catalog import Catalog

    keep_text_plain()
    return Catalog(folder)


def keep_text_plain() -> None:
    """
    Keep pandas from holding text in pyarrow, where that is installed.

    Half a surrogate pair, which JSON may hold, is no text there: what a command
    answers must not hang on an extra.
    """
    import pandas as pd

    pd.set_option("mode.string_storage", "python")


def layer_input(layers: Catalog, name: str, role: str) -> dict[str, object]:
    """Say which layer an answer rests on, as for a file."""
    passport = layers.passport(name)
    return {
        "role": role,
        "path": passport["path"],
        "sha256": passport["sha256"],
        "features": len(layers[name]),
    }


def command(name: str, arguments: Sequence[str], options: dict[str, object]) -> str:
    """Write the command line that makes this answer again."""
    import shlex

    # a name that begins like an option stands last, behind the sign that ends them
    last = ["--", *arguments] if any(one.startswith("-") for one in arguments) else []
    words = ["geo", name, *([] if last else arguments)]
    for option, value in options.items():
        values = value if isinstance(value, tuple) else (value,)
        words += [word for one in values if one is not None for word in (option, str(one))]
    return shlex.join([*words, *last])
