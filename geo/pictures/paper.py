"""
Paper and ink: figures measured in inches, text that stays text, patterns, files.

Nothing here goes through pyplot, and a user's own settings of matplotlib change
nothing. Text from layers is drawn sign by sign: never as mathematics, never TeX.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from geo.errors import OutputError
from geo.io import write_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch
    from matplotlib.text import Text

    from geo.looks import Look

__all__ = [
    "CONFLICT",
    "ENDINGS",
    "FIGHTING",
    "GREY",
    "INK",
    "MODES",
    "OUTLINE",
    "Coat",
    "Paper",
    "brush",
    "paint",
    "plain_words",
    "require",
    "save",
    "style",
]

INK: Final = "#22272b"
GREY: Final = "#5d656b"
CONFLICT: Final = "#9c1c2e"
ENDINGS: Final = ("png", "pdf", "svg")

_DPI = 150
_LONGEST = 400
_SETTINGS: Final = {
    "font.family": "DejaVu Sans",
    "text.parse_math": False,
    "text.usetex": False,
    "text.color": INK,
    "hatch.linewidth": 0.9,
    "svg.hashsalt": "corridor-exposure",
    "pdf.fonttype": 42,
}
_NO_DATES: Final[dict[str, dict[str, Any]]] = {
    "png": {"Software": None},
    "pdf": {"CreationDate": None},
    "svg": {"Date": None},
}


class Coat(NamedTuple):
    """
    One coat of a look: a ground, a hatch over it, or both.

    Attributes
    ----------
    ground
        The colour below; "none" leaves what is there.
    hatch
        The hatch in matplotlib's signs; empty for none.
    line
        The hatch's colour.
    width
        The hatch's line width, points.
    """

    ground: str
    hatch: str = ""
    line: str = INK
    width: float = 0.9


FIGHTING: Final = (Coat("#f4d9dc", "////", CONFLICT, 1.2),)
"""A stretch inside a conflict zone."""
OUTLINE: Final = (Coat("none", "////", CONFLICT, 0.6),)
"""A conflict zone over other ground."""
MODES: Final = {
    "road": (Coat("#dcd8cf"),),
    "river": (Coat("#cfe3ee", "..", "#4b86a5"),),
    "sea": (Coat("#cfe3ee", "--", "#8fb8cd", 0.7),),
    "rail": (Coat("#e4e0ea", "||", "#6d6380", 1.2),),
}
_DOUBT: Final = {
    "contested": (Coat("#ffffff", "\\\\\\", INK, 1.1),),
    "mixed": (Coat("#d5d8da", "...", "#5d656b"),),
    "unknown": (Coat("#ffffff", "...", "#a3a9ae"),),
}
_JOINT: Final = ("//", "\\\\", "||", "--")


def brush(look: Look) -> tuple[Coat, ...]:
    """
    Turn a look into coats, the lowest first.

    Parameters
    ----------
    look
        The holders' hues and how sure the claim is.

    Returns
    -------
    tuple of Coat
        Joint holders as broad stripes, doubt over them as thin lines.
    """
    if not look.hues:
        return _DOUBT.get(look.sure, _DOUBT["unknown"])
    coats = [Coat(look.hues[0])]
    coats += [
        Coat("none", _JOINT[place % len(_JOINT)], hue, 2.1)
        for place, hue in enumerate(look.hues[1:])
    ]
    if look.sure == "contested":
        coats.append(Coat("none", "\\\\\\", INK, 0.9))
    if look.sure == "approximate":
        coats.append(Coat("none", "\\\\\\", "#ffffff9e", 1.1))
    return tuple(coats)


def paint(
    axes: Axes, shape: Callable[..., Patch], coats: tuple[Coat, ...], **options: Any
) -> list[Patch]:
    """
    Draw a shape once for each coat.

    Parameters
    ----------
    axes
        Where to draw.
    shape
        Makes the patch, e.g. a Rectangle with its corner and sides filled in.
    coats
        What to draw it with.
    **options
        What else every patch gets, e.g. `zorder`.

    Returns
    -------
    list of Patch
        The patches, the lowest first.
    """
    made = []
    for coat in coats:
        patch = shape(facecolor=coat.ground, edgecolor=coat.line, linewidth=0, **options)
        if coat.hatch:
            patch.set_hatch(coat.hatch)
            if hasattr(patch, "set_hatch_linewidth"):  # since matplotlib 3.10
                patch.set_hatch_linewidth(coat.width)
        made.append(axes.add_patch(patch))
    return made


class Paper:
    """
    A white sheet, measured in inches from its upper left corner.

    Parameters
    ----------
    width, height
        Its sides, inches.

    Attributes
    ----------
    figure
        The figure, with a canvas of its own.
    axes
        Axes over the whole sheet, in inches, y downwards.
    """

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.figure = Figure(figsize=(width, height), dpi=_DPI, facecolor="white")
        self._canvas = FigureCanvasAgg(self.figure)
        self.axes = self.figure.add_axes((0, 0, 1, 1), zorder=5)
        self.axes.set_axis_off()
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(height, 0)

    def window(self, left: float, top: float, width: float, height: float) -> Axes:
        """
        Cut axes of their own out of the sheet.

        Parameters
        ----------
        left, top, width, height
            Where, inches.

        Returns
        -------
        Axes
            Axes without ticks, below the writing.
        """
        bottom = self.height - top - height
        box = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(box, zorder=1)
        axes.set_xticks([])
        axes.set_yticks([])
        return axes

    def write(self, x: float, y: float, text: str, *, room: float = 0, **options: Any) -> Text:
        """
        Write one line.

        Parameters
        ----------
        x, y
            Where, inches.
        text
            What, sign by sign.
        room
            The width that it may take, inches; what is longer ends with an ellipsis.
        **options
            As for matplotlib's Text, e.g. `size`, `weight`, `ha`, `va`.

        Returns
        -------
        Text
            What was written.
        """
        options = {"size": 7.5, "va": "baseline", **options}
        made = self.axes.text(x, y, text, parse_math=False, **options)
        full = text
        while room and full and self.extent(made) > room:
            share = room / self.extent(made)
            full = full[: min(len(full) - 1, max(int(len(full) * share), 0))].rstrip()
            made.set_text(f"{full}…")
        return made

    def extent(self, text: Text) -> float:
        """
        Measure a text.

        Parameters
        ----------
        text
            A text on this sheet.

        Returns
        -------
        float
            Its width, inches.
        """
        box = text.get_window_extent(self._canvas.get_renderer())  # type: ignore[no-untyped-call]
        return float(box.width) / _DPI

    def wrap(
        self, x: float, y: float, text: str, *, room: float, lines: int, **options: Any
    ) -> int:
        """
        Write a text in lines of equal room; the last one ends with an ellipsis if it must.

        Parameters
        ----------
        x, y
            Where the first line stands, inches.
        text
            What.
        room
            The lines' width, inches.
        lines
            How many there may be.
        **options
            As for `write`.

        Returns
        -------
        int
            How many lines were written.
        """
        left, step = text.split(" "), options.get("size", 7.5) * 1.35 / 72
        for number in range(lines):
            made = self.write(x, y + number * step, left[0], **options)
            count = 1
            while count < len(left):
                made.set_text(" ".join(left[: count + 1]))
                if self.extent(made) > room:
                    break
                count += 1
            words = " ".join(left if number == lines - 1 else left[:count])
            made.remove()
            self.write(x, y + number * step, words, room=room, **options)
            left = left[count:]
            if not left:
                return number + 1
        return lines

    def swatch(self, x: float, y: float, coats: tuple[Coat, ...]) -> None:
        """
        Draw a sample of a look, as a legend shows it.

        Parameters
        ----------
        x, y
            Its left side and the base line of the words beside it, inches.
        coats
            The look.
        """
        from functools import partial

        from matplotlib.patches import Rectangle

        box = partial(Rectangle, (x, y - 0.1), 0.3, 0.125)
        paint(self.axes, box, coats)
        self.axes.add_patch(box(fill=False, edgecolor=GREY, linewidth=0.4))


@contextmanager
def style() -> Iterator[None]:
    """Draw with matplotlib's defaults and our settings, whatever the user's own are."""
    require()
    from matplotlib import style as styles

    with styles.context(["default", _SETTINGS]):
        yield


def require(path: str | Path | None = None, *, form: str | None = None) -> None:
    """
    Find out before any work that a picture can be drawn.

    Parameters
    ----------
    path
        Where it is to be written, if that is known.
    form
        One of png, pdf and svg; left out, what the file's name ends with.

    Raises
    ------
    OutputError
        If matplotlib is not installed, or the file's name ends otherwise.
    """
    try:
        import matplotlib as mpl  # noqa: F401
    except ImportError as error:
        message = "pictures need matplotlib: pip install matplotlib"
        raise OutputError(message) from error
    if path is not None:
        _form(path, form)


def _form(path: str | Path, form: str | None) -> str:
    form = form or Path(path).suffix.lower().removeprefix(".")
    if form not in ENDINGS:
        message = f"{path}: a picture's name ends with .png, .pdf or .svg"
        raise OutputError(message)
    return form


def save(figure: Figure, path: str | Path, *, form: str | None = None) -> None:
    """
    Write a picture as a file: the same bytes for the same picture.

    Parameters
    ----------
    figure
        The picture.
    path
        Where to write.
    form
        One of png, pdf and svg; left out, what the file's name ends with.

    Raises
    ------
    OutputError
        If the file cannot be written, or its name ends otherwise.
    """
    form = _form(path, form)
    file = BytesIO()
    with style():
        figure.savefig(file, format=form, dpi=_DPI, metadata=_NO_DATES[form])
    write_bytes(path, file.getvalue())


@cache
def _signs() -> frozenset[int]:
    """Give the signs that the font has, upright, bold and slanted."""
    import matplotlib as mpl
    from matplotlib.ft2font import FT2Font

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    names = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique")
    known = [frozenset(FT2Font(str(folder / f"{name}.ttf")).get_charmap()) for name in names]
    return frozenset.intersection(*known)


def plain_words(text: object, instead: str = "") -> str:
    """
    Make a text one line of signs that the font has.

    Parameters
    ----------
    text
        Any text, or nothing.
    instead
        What stands for a text of which more than half cannot be drawn, as
        names in Burmese.

    Returns
    -------
    str
        At most 400 signs.
    """
    flat = " ".join(("" if text is None else str(text)).split())[:_LONGEST]
    kept = " ".join("".join(sign for sign in flat if ord(sign) in _signs()).split())
    lost = sum(sign not in kept for sign in flat if not sign.isspace())
    return kept if kept and lost * 2 <= len(flat) else instead
