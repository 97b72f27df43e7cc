"""What every command prints: text for people, or with `--json` one object as the last line."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import msgspec

#: Exit codes of the contract.
EXIT_GOOD = 0
EXIT_FAILED = 1
EXIT_WRONG_USE = 2
#: A person ended the command with Ctrl+C: 128 + SIGINT, as shells report it.
EXIT_INTERRUPTED = 130


def add_json_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="last line of output is one JSON object"
    )


def print_json(result: Any) -> None:
    """One line of JSON on standard output, flushed."""
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
    sys.stdout.flush()


def print_text(text: str) -> None:
    """A line for people on standard output, flushed."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def print_problem(text: str) -> None:
    """A line for people on standard error: cause, effect, next step."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
