"""`gridwall import cases FILE`: cases of another system; rows that were not taken are told."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from console.app.output import EXIT_FAILED, EXIT_GOOD, print_json, print_problem, print_text

#: Longest wait for one batch, seconds.
BATCH_S = 60.0
#: Rejected rows that are shown on the terminal; the report holds all.
SHOWN_MOST = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    cases = what.add_parser("cases", help="a CSV or XLSX table of cases")
    cases.add_argument("file", type=Path, metavar="FILE")
    where = cases.add_mutually_exclusive_group(required=True)
    where.add_argument("--site", type=Path, metavar="DIR", help="the site folder; its hub runs")
    where.add_argument("--hub", metavar="ADDRESS", help="the hub's query address")
    cases.add_argument("--keys", type=Path, metavar="FILE", help="key file for a CURVE hub")
    cases.add_argument("--source", metavar="NAME", help="what the cases are said to come from")
    cases.add_argument("--rejected", type=Path, metavar="FILE", help="report of rejected rows")
    cases.add_argument("--check", action="store_true", help="only say what would happen")
    cases.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    from console.app.commands.feed import query_address
    from console.app.signing import signed
    from console.desk.exchange.importing import ROWS_MOST
    from console.desk.exchange.table_files import read_rows
    from ingest.feed.query import QueryClient

    file: Path = arguments.file
    report: Path = arguments.rejected or file.with_name(f"{file.stem}.rejected.csv")
    address, keys = query_address(arguments)
    taken = 0
    rejected: list[tuple[int, str, dict[str, str]]] = []
    with QueryClient(address, keys) as client:
        query = signed(client)
        for batch in _batches(read_rows(file), ROWS_MOST):
            answer = query.ask(
                "cases.import",
                BATCH_S,
                rows=[{"number": number, "cells": cells} for number, cells in batch],
                source=arguments.source or file.stem,
                check_only=arguments.check,
            )
            taken += answer["imported"]
            cells_of = dict(batch)
            rejected += [
                (r["number"], r["reason"], cells_of[r["number"]]) for r in answer["rejected"]
            ]
    if rejected:
        _write_report(report, rejected)
    result = {"imported": taken, "rejected": len(rejected), "check_only": arguments.check,
              "report": str(report) if rejected else None}  # fmt: skip
    if arguments.json:
        print_json(result)
    else:
        for number, reason, _ in rejected[:SHOWN_MOST]:
            print_problem(f"row {number}: {reason}")
        done = "would be imported" if arguments.check else "imported"
        more = f", {len(rejected)} rejected: see {report}" if rejected else ""
        print_text(f"{taken} cases {done}{more}")
    return EXIT_FAILED if rejected else EXIT_GOOD


def _batches(rows: Iterator[Any], most: int) -> Iterator[list[Any]]:
    while batch := list(islice(rows, most)):
        yield batch


def _write_report(file: Path, rejected: Iterable[tuple[int, str, dict[str, str]]]) -> None:
    rows = list(rejected)
    names = list(dict.fromkeys(name for _, _, cells in rows for name in cells))
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["row", "reason", *names])
        for number, reason, cells in rows:
            writer.writerow([number, reason, *(cells.get(name, "") for name in names)])
