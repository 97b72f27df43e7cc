"""`gridwall ingest`: the camera broker of this machine. Started by worker and console by themselves."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from ingest.cameras import broker

    broker.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    from ingest.cameras import broker

    return broker.run(arguments)
