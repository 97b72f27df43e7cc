"""`gridwall restore --site DIR FOLDER`: puts a backup in place; the log gets a new epoch."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.app.output import EXIT_GOOD, print_json, print_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, required=True, metavar="DIR", help="the site folder")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="what `gridwall backup` made")
    parser.add_argument(
        "--replace", action="store_true", help="also where there is a log; a file is kept beside"
    )


def run(arguments: argparse.Namespace) -> int:
    from console.app.backups import restore_backup
    from console.app.hub_app import read_site

    site = read_site(arguments.site)
    done = restore_backup(site, arguments.folder, replace=arguments.replace)
    if arguments.json:
        print_json({"ok": True, **done})
    else:
        print_text(
            f"restored: {done['site']} as of {done['made_utc']}, event {done['sequence']}, "
            f"new epoch {done['epoch']}. Start the hub"
        )
    return EXIT_GOOD
