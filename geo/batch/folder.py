"""The folder of an answer: its manifest, and the parts that are whole."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geo import io
from geo.errors import InputError, OutputError
from geo.io.parquet import metadata_of

if TYPE_CHECKING:
    from geo.batch.part import Part

__all__ = ["Folder", "digest_of"]

MANIFEST: Final = "manifest.json"
_KINDS: Final = ("passages", "controllers", "summary")  # as they are written: the last is the whole
_PART: Final = re.compile(r"part-\d{6,}-[0-9a-f]{16}\.parquet")
_UNFINISHED: Final = re.compile(r"\.(part-\d{6,}-[0-9a-f]{16}\.parquet|manifest\.json)\..*")
_SAYS: Final = {
    "inputs": "its routes are",
    "zones": "its zones are",
    "control": "its claims are",
    "as_of": "its day is",
    "options": "its options are",
    "versions": "the versions that it was made with are",
}


class Folder:
    """
    The folder that an answer is written to.

    Parameters
    ----------
    path
        The folder; it is made, and its own folder must exist.
    controllers
        Whether it holds controllers, beside passages and a summary.
    """

    def __init__(self, path: str | Path, *, controllers: bool = False) -> None:
        self.path = Path(path)
        self._kinds = [kind for kind in _KINDS if controllers or kind != "controllers"]
        self._settings: dict[str, Any] = {}

    def begin(self, settings: dict[str, Any], *, fresh: bool) -> bool:
        """
        Make the folder, or go on in one that holds parts of the same answer.

        Parameters
        ----------
        settings
            All that the numbers depend on: plain values by inputs, zones, control (if
            that was asked), as_of, options and versions.
        fresh
            Whether the parts of another answer are removed.

        Returns
        -------
        bool
            Whether the answer stands there already, whole.

        Raises
        ------
        OutputError
            If the folder cannot be made, or holds other things.
        InputError
            If it holds parts of another answer, naming what differs.
        """
        self._settings = settings
        self._make()
        before = self._manifest()
        if before is not None and (fresh or not self._parts()):
            self._clear()
            before = None
        if before is not None:
            self._require_same(before)
        elif any(file.name not in _KINDS for file in self.path.iterdir()) or self._parts():
            message = (
                f"{self.path}: is not empty and holds no {MANIFEST} of this command; "
                "name another folder"
            )
            raise OutputError(message)
        for kind in self._kinds:
            (self.path / kind).mkdir(exist_ok=True)
            for file in (self.path / kind).iterdir():
                if _UNFINISHED.fullmatch(file.name):
                    file.unlink()
        if before is not None and self._is_whole(before):
            return True
        self._write({"state": "running"})
        return False

    def _is_whole(self, before: dict[str, Any]) -> bool:
        """Tell whether an answer was finished, and nothing was taken away since."""
        known = [(one["number"], one["input_sha256"]) for one in before.get("blocks", ())]
        done = before.get("state") == "complete"
        return done and all(self.record(*block) is not None for block in known)

    def _make(self) -> None:
        try:
            self.path.mkdir(exist_ok=True)
        except OSError as error:
            message = f"{self.path}: cannot be made: {error.strerror}"
            raise OutputError(message) from None

    def _manifest(self) -> dict[str, Any] | None:
        file = self.path / MANIFEST
        if not file.is_file():
            return None
        try:
            read = json.loads(file.read_bytes())
            settings_known = isinstance(read["settings"], dict)
        except (OSError, ValueError, LookupError, TypeError):
            settings_known = False
        if not settings_known:
            message = f"{file}: is not a manifest of this command; name another folder"
            raise OutputError(message)
        found: dict[str, Any] = read
        return found

    def _require_same(self, before: dict[str, Any]) -> None:
        if before.get("settings_sha256") == digest_of(self._settings):
            return
        old = before["settings"]
        new = _plain(self._settings)
        differ = [name for name in {**new, **old} if old.get(name) != new.get(name)]
        said = " and ".join(_SAYS.get(name, f"its {name} are") for name in differ) or "it is"
        message = (
            f"{self.path}: holds another answer: {said} not those of this command; "
            "name another folder, or begin anew with --fresh"
        )
        raise InputError(message)

    def _parts(self) -> list[Path]:
        """Give what lies where the parts are, whatever it is, but what was left unfinished."""
        folders = [self.path / kind for kind in _KINDS if (self.path / kind).is_dir()]
        every = [file for folder in folders for file in sorted(folder.iterdir())]
        return [file for file in every if not _UNFINISHED.fullmatch(file.name)]

    def _clear(self) -> None:
        """Remove what this command wrote, and nothing else."""
        (self.path / MANIFEST).unlink()
        for kind in _KINDS:
            if (self.path / kind).is_dir():
                for file in (self.path / kind).iterdir():
                    if _PART.fullmatch(file.name) or _UNFINISHED.fullmatch(file.name):
                        file.unlink()
                if not any((self.path / kind).iterdir()):
                    (self.path / kind).rmdir()

    def record(self, number: int, digest: str) -> dict[str, Any] | None:
        """
        Tell what is known of a block, if its parts are there and whole.

        Parameters
        ----------
        number, digest
            Of the block.

        Returns
        -------
        dict or None
            Its record; None if it is still to be measured.
        """
        told = [metadata_of(self._part(kind, number, digest)) for kind in self._kinds]
        if any(
            one is None or one.get("settings_sha256") != digest_of(self._settings) for one in told
        ):
            return None
        block = (told[-1] or {}).get("block")
        return block if isinstance(block, dict) and block.get("input_sha256") == digest else None

    def put(self, part: Part) -> None:
        """
        Write the parts of a block, each whole or not at all.

        Parameters
        ----------
        part
            The answer for a block.

        Raises
        ------
        OutputError
            If one cannot be written.
        """
        number, digest = part.record["number"], part.record["input_sha256"]
        for kind in self._kinds:
            io.write_bytes(self._part(kind, number, digest), getattr(part, kind))

    def _part(self, kind: str, number: int, digest: str) -> Path:
        return self.path / kind / f"part-{number:06d}-{digest[:16]}.parquet"

    def close(self, answer: dict[str, Any], blocks: list[dict[str, Any]]) -> None:
        """
        Write the manifest of a whole answer.

        Parameters
        ----------
        answer
            What is said of the whole.
        blocks
            The records of all blocks.

        Raises
        ------
        OutputError
            If a part is missing or one is there that belongs to no block.
        """
        for kind in self._kinds:
            wanted = {self._part(kind, one["number"], one["input_sha256"]).name for one in blocks}
            there = {file.name for file in (self.path / kind).iterdir() if file.name[0] not in "._"}
            if wanted != there:
                odd = sorted(wanted ^ there)
                message = f"{self.path / kind}: {odd[0]} is missing, or is no part of this answer"
                raise OutputError(message)
        self._write({"state": "complete", **answer, "blocks": blocks})

    def manifest(self) -> dict[str, Any]:
        """
        Read the manifest that stands there.

        Returns
        -------
        dict
            Empty where there is none.

        Raises
        ------
        OutputError
            If it is not one of this command.
        """
        return self._manifest() or {}

    def _write(self, more: dict[str, Any]) -> None:
        whole = {"settings_sha256": digest_of(self._settings), "settings": self._settings, **more}
        text = json.dumps(whole, ensure_ascii=False, indent=1)
        io.write_text(self.path / MANIFEST, text + "\n")


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def digest_of(settings: dict[str, Any]) -> str:
    """
    Give the SHA-256 of settings.

    Parameters
    ----------
    settings
        Plain values.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    text = json.dumps(settings, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
