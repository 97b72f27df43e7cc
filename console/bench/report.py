"""What a bench prints: progress for people, and one JSON object as the last line for machines."""

from __future__ import annotations

import sys
from typing import Any

import msgspec


def say(text: str) -> None:
    """Progress, on standard error: the last line of standard output stays the result."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def print_result(result: dict[str, Any], *, as_json: bool) -> None:
    """The result as one JSON line, or as a list for people."""
    if as_json:
        sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
    else:
        width = max(len(name) for name in result)
        for name, value in result.items():
            sys.stdout.write(f"{name:<{width}}  {_shown(value)}\n")
    sys.stdout.flush()


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return str(value)
