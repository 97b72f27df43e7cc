"""A CSV register as rows of named cells with their line, and the conversions of single cells.

A conversion never raises: it tells the mistake to the row's problems and returns None, so that one
pass reports every mistake of every row. Pure; any thread.
"""

from __future__ import annotations

import csv
import enum
import io
import math
from collections.abc import Iterator, Sequence
from typing import TypeVar

from config.datum import to_wgs84
from config.geometry import GeoPoint
from config.problems import FileProblems, Noun, did_you_mean, one_of, shown
from config.site import Datum, Hours
from config.text_file import read_text
from config.times import parse_hours

E = TypeVar("E", bound=enum.Enum)

_TRUE = frozenset({"1", "true", "yes", "y", "on", "是"})
_FALSE = frozenset({"0", "false", "no", "n", "off", "否"})
#: csv refuses longer cells by default at 131,072; a cell that long is an unclosed quote.
_LONGEST_CELL = 65_536


class Row:
    """One record of a register. Absent and empty cells are None; spaces around are dropped."""

    __slots__ = ("_cells", "_problems", "line")

    def __init__(self, line: int, cells: dict[str, str], problems: FileProblems) -> None:
        self.line = line
        self._cells = cells
        self._problems = problems

    def text(self, column: str) -> str | None:
        return self._cells.get(column)

    def required(self, column: str) -> str | None:
        value = self._cells.get(column)
        if value is None:
            self.error(column, "an empty cell", "a value")
        return value

    def identity(self, column: str) -> str | None:
        """A required id; None where it is missing or stood in an earlier row."""
        value = self.required(column)
        if value is None or not self._problems.saw(value, line=self.line, key=column):
            return None
        return value

    def reference(self, column: str, noun: Noun) -> str | None:
        """An optional id of another register; whether it exists is checked at the end."""
        value = self._cells.get(column)
        self._problems.refers(noun, value, line=self.line, key=column)
        return value

    def error(self, column: str | None, found: str, expected: str) -> None:
        self._problems.error(found, expected, line=self.line, key=column)

    def warning(self, column: str | None, found: str, expected: str) -> None:
        self._problems.warning(found, expected, line=self.line, key=column)

    def number(
        self, column: str, lowest: float, highest: float, meaning: str = "a number"
    ) -> float | None:
        """A finite number in `lowest..highest`."""
        cell = self._cells.get(column)
        if cell is None:
            return None
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not lowest <= value <= highest:
            self.error(column, shown(cell), f"{meaning} {lowest:g}..{highest:g}")
            return None
        return value

    def flag(self, column: str, default: bool) -> bool:
        cell = self._cells.get(column)
        if cell is None:
            return default
        if cell.lower() in _TRUE:
            return True
        if cell.lower() not in _FALSE:
            self.error(column, shown(cell), "true or false")
        return False

    def choice(self, column: str, kind: type[E], aliases: dict[str, E] | None = None) -> E | None:
        cell = self._cells.get(column)
        if cell is None:
            return None
        if aliases and cell in aliases:
            return aliases[cell]
        names = [member.value for member in kind]
        if cell in names:
            return kind(cell)
        self.error(column, shown(cell) + did_you_mean(cell, names), one_of(names))
        return None

    def hours(self, column: str) -> Hours | None:
        cell = self._cells.get(column)
        if cell is None:
            return None
        try:
            return parse_hours(cell)
        except ValueError:
            self.error(column, shown(cell), 'hours like "08:00-20:00"')
            return None

    def place(self, datum: Datum) -> GeoPoint | None:
        """`lat` and `lon` as a WGS-84 place; None where both are empty or one is wrong."""
        lat_cell, lon_cell = self._cells.get("lat"), self._cells.get("lon")
        if lat_cell is None and lon_cell is None:
            return None
        if lat_cell is None or lon_cell is None:
            missing = "lat" if lat_cell is None else "lon"
            self.error(missing, "an empty cell", "lat and lon, or neither")
            return None
        if self._looks_swapped(lat_cell, lon_cell):
            found = f"lat {lat_cell}, lon {lon_cell}: they look swapped"
            self.error("lat", found, "latitude in lat and longitude in lon")
            return None
        lat = self.number("lat", -90, 90, "a latitude in degrees")
        lon = self.number("lon", -180, 180, "a longitude in degrees")
        if lat is None or lon is None:
            return None
        if lat == 0 and lon == 0:
            self.warning("lat", "0, 0 (no position)", "a place, or empty cells")
            return None
        return to_wgs84(datum, lat, lon)

    @staticmethod
    def _looks_swapped(lat_cell: str, lon_cell: str) -> bool:
        """Written the other way round: not on the globe, or in the sea north of China's mirror."""
        try:
            return coordinates_look_swapped(float(lat_cell), float(lon_cell))
        except ValueError:
            return False


def coordinates_look_swapped(lat: float, lon: float) -> bool:
    """A latitude that is only possible as a longitude, or Chinese coordinates the wrong way round."""
    if 90 < abs(lat) <= 180 and abs(lon) <= 90:
        return True
    return 73.66 <= lat <= 90 and 3.86 <= lon <= 53.55


def read_rows(
    content: bytes, columns: Sequence[str], required: Sequence[str], problems: FileProblems
) -> Iterator[Row]:
    """The records below the header. Mistakes of the file as a whole are told to `problems`.

    Args:
        columns: every known column; others are warned about and ignored.
        required: columns that must be in the header.
    """
    text = read_text(content, problems)
    if text is None:
        return
    if not text.strip():
        problems.error("an empty file", f"a header: {','.join(columns)}", line=1)
        return
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    header: list[str] | None = None
    try:
        for record in reader:
            line, start = start, reader.line_num + 1
            if not any(cell.strip() for cell in record):
                continue
            if header is None:
                header = _header(record, line, columns, required, problems)
                if header is None:
                    return
                continue
            row = _row(record, header, line, problems)
            if row is not None:
                yield row
    except csv.Error as error:
        problems.error(str(error), "cells in balanced quotes", line=start)


def _header(
    record: list[str],
    line: int,
    columns: Sequence[str],
    required: Sequence[str],
    problems: FileProblems,
) -> list[str] | None:
    """Column names as written; None where the table cannot be read at all."""
    names = [cell.strip() for cell in record]
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        problems.error("cells separated by another sign", "cells separated by ','", line=line)
        return None
    seen: set[str] = set()
    for name in names:
        if name in seen:
            problems.error(f"column {name!r} twice", "each column once", line=line, key=name)
        elif name not in columns:
            found = f"unknown column {name!r}{did_you_mean(name, columns)}"
            problems.warning(found, one_of(columns), line=line, key=name or None)
        seen.add(name)
    missing = [name for name in required if name not in seen]
    for name in missing:
        problems.error("no such column", f"a column {name!r}", line=line, key=name)
    return None if missing else names


def _row(record: list[str], header: list[str], line: int, problems: FileProblems) -> Row | None:
    if len(record) > len(header) and any(cell.strip() for cell in record[len(header) :]):
        found = f"{len(record)} cells"
        problems.error(found, f"{len(header)} (quote a cell that holds a comma)", line=line)
        return None
    cells = {}
    for name, cell in zip(header, record, strict=False):
        value = cell.strip()
        if value:
            cells[name] = value
    return Row(line, cells, problems)
