"""What is wrong with a site folder: one value per mistake, all of them collected, none raised early.

Pure; any thread.
"""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterable

from msgspec import Struct


class Severity(enum.Enum):
    """ERROR: the site is not loaded. WARNING: it is, and somebody should look."""

    ERROR = "error"
    WARNING = "warning"


class Problem(Struct, frozen=True):
    """One mistake, told so that it can be put right without reading code.

    Attributes:
        file: path inside the site folder.
        line: 1-based line, None where the file as a whole is meant.
        key: column of a CSV, dotted key of a TOML, path of a GeoJSON.
        found, expected: what is there and what should be; credentials are never included.
    """

    file: str
    line: int | None
    key: str | None
    found: str
    expected: str
    severity: Severity = Severity.ERROR

    @property
    def text(self) -> str:
        """`cameras.csv:12 lat: found 91.2, expected a latitude -90..90`."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f" {self.key}" if self.key else ""
        return f"{place}{key}: found {self.found}, expected {self.expected}"


class SiteInvalid(ValueError):
    """A site folder with errors; `problems` holds every one of them, warnings included."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        errors = [p for p in problems if p.severity is Severity.ERROR]
        shown = "\n".join(p.text for p in errors[:5])
        more = f"\n… and {len(errors) - 5} more" if len(errors) > 5 else ""
        super().__init__(
            f"the site folder has {len(errors)} error(s); `gridwall check` lists them all\n"
            f"{shown}{more}"
        )


class Noun(enum.Enum):
    """What a register declares and others refer to; the value is the word in a message."""

    CAMERA = "camera"
    CELL = "grid cell"
    ITEM = "item"
    INSPECTOR = "inspector"
    CHECKPOINT = "check point"


class Reference(Struct, frozen=True):
    """A cell or key that names something of another register; checked when all are read."""

    file: str
    line: int | None
    key: str
    noun: Noun
    value: str


class FileProblems:
    """What one file's reader finds: mistakes, ids (also of broken rows) and references.

    Attributes:
        seen: id → line where it first stands; None line where the format has none.
        references: every reference to another register, in the order of the file.
    """

    def __init__(self, file: str, sink: list[Problem]) -> None:
        self.file = file
        self.seen: dict[str, int | None] = {}
        self.references: list[Reference] = []
        self._sink = sink

    def error(
        self, found: str, expected: str, *, line: int | None = None, key: str | None = None
    ) -> None:
        self._sink.append(Problem(self.file, line, key, found, expected, Severity.ERROR))

    def warning(
        self, found: str, expected: str, *, line: int | None = None, key: str | None = None
    ) -> None:
        self._sink.append(Problem(self.file, line, key, found, expected, Severity.WARNING))

    def saw(self, identity: str, *, line: int | None, key: str) -> bool:
        """Notes an id; False, and an error, where it stood before."""
        if identity not in self.seen:
            self.seen[identity] = line
            return True
        first = self.seen[identity]
        where = f" (first in line {first})" if first is not None else ""
        self.error(f"{shown(identity)} again{where}", "each id once", line=line, key=key)
        return False

    def refers(self, noun: Noun, value: str | None, *, line: int | None, key: str) -> None:
        if value is not None:
            self.references.append(Reference(self.file, line, key, noun, value))


def has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def one_of(values: Iterable[str]) -> str:
    """`a, b or c` for an `expected` text."""
    listed = list(values)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` for the nearest known word, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean '{near[0]}'?)" if near else ""


def shown(value: object, longest: int = 60) -> str:
    """`value` quoted and cut for a message."""
    text = repr(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"
