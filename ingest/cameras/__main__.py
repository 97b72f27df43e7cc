"""`python -m ingest.cameras broker|group …`: the processes that own cameras, started by leases."""

from __future__ import annotations

import argparse
import sys

from ingest.logs import configure_logging


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ingest.cameras", description=__doc__)
    parts = parser.add_subparsers(dest="part", required=True)
    broker_parser = parts.add_parser("broker")
    group_parser = parts.add_parser("group")
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    configure_logging(f"ingest-{part}")
    if part == "group":
        from ingest.cameras import group_process

        group_process.add_arguments(group_parser)
        return group_process.run(parser.parse_args())
    from ingest.cameras import broker

    broker.add_arguments(broker_parser)
    return broker.run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
