"""`gridwall backup --site DIR FOLDER`: log, cases, audit and evidence, beside the running hub."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.app.output import EXIT_GOOD, print_json, print_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, required=True, metavar="DIR", help="the site folder")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a new folder for the backup")
    parser.add_argument("--no-evidence", action="store_true", help="without pictures and clips")


def run(arguments: argparse.Namespace) -> int:
    from console.app.backups import make_backup
    from console.app.hub_app import read_site

    site = read_site(arguments.site)
    made = make_backup(site, arguments.folder, with_evidence=not arguments.no_evidence)
    if arguments.json:
        print_json({"ok": True, "folder": str(arguments.folder), "epoch": made.epoch,
                    "sequence": made.sequence, "evidence": made.evidence_count})  # fmt: skip
    else:
        print_text(
            f"{arguments.folder}: {made.site} up to event {made.sequence}, "
            f"{made.evidence_count} files beside it"
        )
    return EXIT_GOOD
