"""References between registers: every camera, cell, item and inspector that is named must exist.

Runs after all files are read, on the ids they showed (also of broken rows, so that one mistake is
not told twice). Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from config.problems import (
    FileProblems,
    Noun,
    Problem,
    Reference,
    Severity,
    did_you_mean,
    shown,
)

REGISTER_OF = {
    Noun.CAMERA: "cameras.csv",
    Noun.CELL: "grid.geojson",
    Noun.ITEM: "items.csv",
    Noun.INSPECTOR: "inspectors.csv",
    Noun.CHECKPOINT: "checkpoints.csv",
}
#: Above this the nearest known word is not looked for: it costs up to 80 ms in a large register.
_SUGGESTIONS_MAX = 5


def check_references(
    files: Iterable[FileProblems], known: Mapping[Noun, Iterable[str] | None], sink: list[Problem]
) -> None:
    """Tells every reference to nothing.

    Args:
        known: ids by noun; None where the site has no such register, which is said once a file.
    """
    ids = {noun: None if values is None else frozenset(values) for noun, values in known.items()}
    told: set[tuple[str, Noun]] = set()
    suggested = 0
    for reference in (reference for file in files for reference in file.references):
        existing = ids[reference.noun]
        if existing is None:
            if (reference.file, reference.noun) not in told:
                told.add((reference.file, reference.noun))
                sink.append(_no_register(reference))
        elif reference.value not in existing:
            suggested += 1
            hint = did_you_mean(reference.value, existing) if suggested <= _SUGGESTIONS_MAX else ""
            sink.append(_unknown(reference, hint))


def _unknown(reference: Reference, hint: str) -> Problem:
    return Problem(
        reference.file,
        reference.line,
        reference.key,
        f"unknown {reference.noun.value} {shown(reference.value)}{hint}",
        f"one that stands in {REGISTER_OF[reference.noun]}",
    )


def _no_register(reference: Reference) -> Problem:
    return Problem(
        reference.file,
        reference.line,
        reference.key,
        f"{reference.noun.value} {shown(reference.value)}, but there is no register of them",
        f"a file {REGISTER_OF[reference.noun]}",
        Severity.WARNING,
    )
