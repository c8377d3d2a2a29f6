"""
Features in columns, before they are a frame.

Readers end in a sheet. Whoever asks for its frame gets a GeoDataFrame, and pays for
the import of pandas, which takes longer than to measure ten routes; whoever asks one
plain question of plain columns does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

__all__ = ["Attributes", "Sheet", "missing"]


def missing(value: Any) -> bool:
    """
    Tell an empty cell from a value of any kind, a list among them.

    Parameters
    ----------
    value
        What stands in a cell.

    Returns
    -------
    bool
        True for None, NaN, NaT and the like.
    """
    if value is None or isinstance(value, str | int | float | list | dict | tuple):
        return value is None or (isinstance(value, float) and math.isnan(value))
    import pandas as pd

    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


class Attributes:
    """
    The columns of a file: records as they were read, one table once that is asked for.

    Parameters
    ----------
    given
        The attributes of each feature, or a table of them.
    titles
        By the name of a column in records, what it is called in the table.
    """

    def __init__(
        self,
        given: list[dict[str, Any]] | pd.DataFrame,
        titles: Mapping[str, str] | None = None,
    ) -> None:
        self._given = given
        self._titles = dict(titles or {})

    @property
    def records(self) -> list[dict[str, Any]] | None:
        """Give the records as they were read; None where there is only the table left."""
        return self._given if isinstance(self._given, list) else None

    @property
    def titles(self) -> dict[str, str]:
        """Name the columns of records in the order in which they stand first."""
        names = dict.fromkeys(name for record in self.records or () for name in record)
        return {name: self._titles.get(name, name) for name in names}

    def table(self) -> pd.DataFrame:
        """
        Give the attributes as a table, and let the records go.

        Returns
        -------
        DataFrame
            A row for each feature, numbered from 0; no features give an empty one.
        """
        if isinstance(self._given, list):
            import pandas as pd

            # where pyarrow is installed, pandas would keep text in it, which holds no surrogates
            with pd.option_context("mode.string_storage", "python"):
                table = pd.DataFrame(self._given, index=range(len(self._given)))
            self._given = table.rename(columns=self._titles)
        return self._given


@dataclass(frozen=True)
class Sheet:
    """
    Features of one type in longitude and latitude, in columns.

    Attributes
    ----------
    attributes
        What is known of all features of the file.
    rows
        The number in the file of each feature that is kept.
    shapes
        The geometry of each, or None.
    labels
        What each is called in messages.
    """

    attributes: Attributes
    rows: NDArray[np.int64]
    shapes: Shapes
    labels: Sequence[str]

    @classmethod
    def of_frame(cls, frame: gpd.GeoDataFrame, labels: Sequence[str] | None = None) -> Sheet:
        """
        Take a frame as a sheet.

        Parameters
        ----------
        frame
            Features in EPSG:4326; its index is left out.
        labels
            What each is called in messages; its number if left out.

        Returns
        -------
        Sheet
            Of which no column is plain.
        """
        table = frame.drop(columns=frame.geometry.name).reset_index(drop=True)
        shapes = frame.geometry.to_numpy().copy()
        called = [str(row) for row in range(len(frame))] if labels is None else labels
        return cls(Attributes(table), np.arange(len(frame)), shapes, called)

    def with_shapes(self, shapes: Shapes) -> Sheet:
        """
        Give the same features with other geometries.

        Parameters
        ----------
        shapes
            One for each.

        Returns
        -------
        Sheet
            Another sheet.
        """
        return replace(self, shapes=shapes)

    def only(self, kept: NDArray[np.bool_]) -> Sheet:
        """
        Keep some features.

        Parameters
        ----------
        kept
            True for each that stays.

        Returns
        -------
        Sheet
            Another sheet.
        """
        labels = [self.labels[row] for row in np.flatnonzero(kept).tolist()]
        return replace(self, rows=self.rows[kept], shapes=self.shapes[kept], labels=labels)

    def names(self) -> list[str]:
        """
        Name the columns.

        Returns
        -------
        list of str
            As the schema spells them, in their order.
        """
        if self.attributes.records is None:
            return [str(name) for name in self.attributes.table().columns]
        return list(self.attributes.titles.values())

    def columns(self) -> dict[str, list[Any]]:
        """
        Give the columns as lists, None where a feature has no such attribute.

        Returns
        -------
        dict
            Cells by the name of the column, as they were read: without the one type
            that a frame gives to all cells of a column.
        """
        records = self.attributes.records
        if records is None:
            table = self.attributes.table().iloc[self.rows]
            return {str(name): table[name].tolist() for name in table.columns}
        kept = [records[row] for row in self.rows.tolist()]
        return {
            title: [record.get(name) for record in kept]
            for name, title in self.attributes.titles.items()
        }

    def frame(self) -> gpd.GeoDataFrame:
        """
        Give the features as a frame.

        Returns
        -------
        GeoDataFrame
            A row for each, numbered from 0, in EPSG:4326; none gives an empty frame.
        """
        import geopandas as gpd

        table = self.attributes.table()
        if len(self.rows) < len(table):
            table = table.iloc[self.rows].reset_index(drop=True)
        return gpd.GeoDataFrame(table, geometry=self.shapes, crs=4326)
