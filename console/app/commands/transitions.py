"""`gridwall transitions`: the case loop as a diagram, the product's or a city's own."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.app.output import EXIT_GOOD, print_json, print_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, metavar="DIR", help="a site with its own table")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="put it between the marks in a Markdown file"
    )


def run(arguments: argparse.Namespace) -> int:
    from console.desk.diagram import drawn, put_into
    from console.desk.transitions import TransitionsInvalid
    from console.desk.workflow import shipped_table, table_of_site
    from ingest.errors import Misconfigured

    try:
        table = table_of_site(arguments.site) if arguments.site else shipped_table()
    except TransitionsInvalid as error:
        raise Misconfigured(str(error)) from error
    drawing = drawn(table)
    file: Path | None = arguments.write
    if file is not None:
        try:
            file.write_text(put_into(file.read_text("utf-8"), drawing), "utf-8")
        except (OSError, ValueError) as error:
            raise Misconfigured(f"{file} was not written: {error}") from error
    if arguments.json:
        rows = [row.act for row in table.transitions]
        print_json({"acts": list(table.acts), "rows": len(rows), "file": str(file or "")})
    elif file is None:
        print_text(drawing)
    return EXIT_GOOD
