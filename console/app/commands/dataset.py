"""`gridwall dataset export DIR`: what operators confirmed and rejected, as a YOLO data set."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from console.app.commands.feed import add_hub_arguments
from console.app.output import EXIT_GOOD, print_json, print_text

PAGE_S = 30.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    export = actions.add_parser("export", help="pictures, boxes, verdicts and reasons")
    export.add_argument("folder", type=Path, metavar="DIR")
    export.add_argument("--since", metavar="UTC", help="cases opened since then (RFC 3339)")
    export.add_argument("--until", metavar="UTC", help="and before this")
    export.add_argument(
        "--model", help="detector that labels what nobody judged, as for `gridwall eval` (shipped)"
    )
    add_hub_arguments(export)


def run(arguments: argparse.Namespace) -> int:
    from console.app.commands.export import evidence_of
    from console.app.commands.feed import query_address
    from console.desk.exchange.dataset import write_dataset
    from ingest.errors import GridwallError
    from ingest.feed.query import QueryClient

    address, keys = query_address(arguments)
    look = _looker(arguments.model)
    with QueryClient(address, keys) as query:
        try:
            written = write_dataset(
                arguments.folder, _details(query, arguments), evidence_of(query), look
            )
        except OSError as error:
            raise GridwallError(
                f"{arguments.folder} cannot be written: {error.strerror}. Free the disk, or name "
                "another folder"
            ) from error
    if arguments.json:
        print_json(
            {"folder": str(arguments.folder), "counts": written.counts, "missing": written.missing,
             "unseen": written.unseen}
        )  # fmt: skip
        return EXIT_GOOD
    for name, count in written.counts.items():
        print_text(f"{count:>6}  {name}")
    if written.missing:
        print_text(f"{written.missing:>6}  alerts whose picture is not kept any more or broken")
    if written.unseen:
        print_text(f"{written.unseen:>6}  left out: the detector sees nothing where the alert was")
    print_text(
        f"{arguments.folder}/data.yaml; next: gridwall train fit --site {arguments.folder} "
        "--start-from MODEL/model.xml (vision/learn/README.md)"
    )
    return EXIT_GOOD


def _looker(model_name: str | None) -> Any:
    """What the detector sees in a JPEG at its operating points. Raises ModelMissing."""
    from console.desk.exchange.dataset import SeenBox
    from vision.labelling import jpeg_labeller

    labels_of = jpeg_labeller(model_name)

    def look(jpeg: bytes) -> list[SeenBox] | None:
        seen = labels_of(jpeg)
        return None if seen is None else [SeenBox(known, box) for known, box in seen]

    return look


def _details(query: Any, arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Every case of the span with its alerts and timeline, oldest first."""
    from console.app.commands.export import case_pages

    wanted = {"since_utc": arguments.since, "until_utc": arguments.until}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    for case in case_pages(query, wanted):
        if case["alert_ids"]:
            yield query.ask("case", PAGE_S, id=case["case_id"])
