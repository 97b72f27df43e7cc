"""`[[name]]` tables of a register in TOML: typed access, mistakes told with their line. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from config.problems import FileProblems, Noun, did_you_mean, one_of, shown
from config.toml_document import TomlDocument


class Table:
    """One `[[name]]` element: typed access to its keys, mistakes told with their line."""

    def __init__(
        self, document: TomlDocument, path: tuple[str | int, ...], problems: FileProblems
    ) -> None:
        self._document = document
        self._path = path
        self._problems = problems
        found: Any = document.values
        for part in path:
            found = found[part]
        self.values: dict[str, Any] = found

    def line_of(self, key: str) -> int | None:
        """Where a key stands, or its table where it does not."""
        return self._document.line(*self._path, key)

    def error(self, key: str | None, found: str, expected: str) -> None:
        self._tell(self._problems.error, key, found, expected)

    def warning(self, key: str | None, found: str, expected: str) -> None:
        self._tell(self._problems.warning, key, found, expected)

    def _tell(self, tell: Any, key: str | None, found: str, expected: str) -> None:
        path = self._path if key is None else (*self._path, key)
        tell(found, expected, line=self._document.line(*path), key=dotted(path))

    def identity(self, key: str) -> str | None:
        """A required id; None where it is missing or stood in an earlier table."""
        value = self.text(key)
        path = (*self._path, key)
        if value is None or not self._problems.saw(value, line=self.line_of(key), key=dotted(path)):
            return None
        return value

    def reference(self, key: str, noun: Noun) -> str | None:
        """A required id of another register; whether it exists is checked at the end."""
        value = self.text(key)
        path = (*self._path, key)
        self._problems.refers(noun, value, line=self.line_of(key), key=dotted(path))
        return value

    def refers(self, noun: Noun, value: str, key: str) -> None:
        """An id in a list that stands in another register; checked at the end."""
        self._problems.refers(noun, value, line=self.line_of(key), key=dotted((*self._path, key)))

    def warn_unknown(self, known: Iterable[str]) -> None:
        known = tuple(known)
        for key in self.values:
            if key not in known:
                self.warning(key, f"unknown key {key!r}{did_you_mean(key, known)}", one_of(known))

    def tables(self, key: str) -> list[Table]:
        """The `[[this.key]]` tables below this one; a mistake and none where it is something else."""
        entries = self.values.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
            self.error(key, shown(entries), f"[[{self._path[0]}.{key}]] tables")
            return []
        return [
            Table(self._document, (*self._path, key, index), self._problems)
            for index in range(len(entries))
        ]

    def text(self, key: str) -> str | None:
        """A required, non-empty text; whole numbers are taken as ids."""
        value = self.values.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.error(key, "nothing" if value is None else shown(value), "a text")
        return None


def dotted(path: tuple[str | int, ...]) -> str:
    """`zone[2].polygon`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def tables_of(document: TomlDocument, name: str, problems: FileProblems) -> list[Table]:
    for key in document.values:
        if key != name:
            found = f"unknown key {key!r}{did_you_mean(key, (name,))}"
            problems.warning(found, f"[[{name}]]", line=document.line(key), key=key)
    entries = document.values.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        problems.error(shown(entries), f"[[{name}]] tables", line=document.line(name), key=name)
        return []
    return [Table(document, (name, index), problems) for index in range(len(entries))]


def is_number(value: object) -> bool:
    """An integer or a float, not a bool."""
    return isinstance(value, int | float) and not isinstance(value, bool)
