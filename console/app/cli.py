"""`gridwall`: finds the command and runs it. Decides nothing; imports a command only when it is used.

A command is a module of `console.app.commands` with
`add_arguments(parser)` and `run(arguments) -> exit code`.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from console.app.output import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_WRONG_USE,
    add_json_argument,
    print_problem,
)
from ingest.errors import FailureKind, GridwallError
from ingest.logs import configure_logging, redacted

#: name → one line of help; the module is `console.app.commands.<name>`.
COMMANDS = {
    "demo": "the whole system on a demonstration city",
    "up": "everything for a site on this machine, supervised",
    "hub": "event log, case store and feed of a site",
    "ingest": "camera broker of this machine (started by worker and console by themselves)",
    "relay": "passes cameras that allow one session on to every machine",
    "worker": "detection on a site's cameras",
    "console": "the windows",
    "check": "validates a site folder",
    "feed": "watch, replay or describe the event feed",
    "discover": "finds ONVIF cameras on the network and adds them",
    "field": "links that open the field page on inspectors' phones",
    "positions": "trails to forget, who looked at them, devices, tracks to replay",
    "models": "lists, fetches and exports detectors",
    "dataset": "confirmed and rejected alerts as a YOLO data set",
    "train": "trains a detector",
    "eval": "accuracy on labelled pictures and clips",
    "bench": "measures the product and its limit in the same run",
    "audit": "checks the hash chain of every act",
    "backup": "copies log, cases and evidence beside the running hub",
    "restore": "puts a backup in place; readers begin anew",
    "import": "takes over cases from a CSV or XLSX file",
    "export": "cases as CSV, XLSX, signed ZIP; one case as a PDF sheet",
    "transitions": "the case loop as a diagram",
    "suggester": "learns items, areas and units from closed cases",
    "evidence": "what of pictures and clips may go, and the record of what went",
    "partners": "cases to and from other platforms: what waits for a receipt",
    "operators": "who may sign in at the seats",
    "keys": "CURVE keys for publishers, readers and operators",
    "verify": "exported snapshots and clips against their manifests",
    "screenshots": "makes the README's pictures again from the running demonstration",
}


def build_parser(command: str | None) -> argparse.ArgumentParser:
    """The parser; only `command`'s own arguments are loaded, so that `--help` stays instant."""
    parser = argparse.ArgumentParser(prog="gridwall", description=__doc__.splitlines()[0])
    parser.add_argument("--verbose", action="store_true", help="log debug messages")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        sub = subparsers.add_parser(name, help=text, description=text)
        if name == command:
            add_json_argument(sub)
            importlib.import_module(f"console.app.commands.{name}").add_arguments(sub)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns the contract's exit code (0 good, 1 failed, 2 wrong use)."""
    arguments_list = list(sys.argv[1:] if argv is None else argv)
    command = next((word for word in arguments_list if word in COMMANDS), None)
    arguments = build_parser(command).parse_args(arguments_list)
    configure_logging(arguments.command, verbose=arguments.verbose)
    module = importlib.import_module(f"console.app.commands.{arguments.command}")
    try:
        return int(module.run(arguments))
    except GridwallError as error:
        print_problem(redacted(f"gridwall {arguments.command}: {error}"))
        return EXIT_WRONG_USE if error.kind is FailureKind.MISCONFIGURED else EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
