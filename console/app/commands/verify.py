"""`gridwall verify`: whether exported snapshots and clips are what their manifests say; exit 1 if not."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.app.output import EXIT_FAILED, EXIT_GOOD, print_json, print_text
from console.state.exports import MANIFEST_SUFFIX, ExportFailed, Finding, Manifest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", type=Path, nargs="+", metavar="PATH", help="manifests, or folders of exports"
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints one line a file; with --json `{ok, manifests, files, problems: [{manifest, name, problem}]}`."""
    from console.state.exports import verified

    checked: list[tuple[Path, Manifest, tuple[Finding, ...]]] = [
        (path, *verified(path)) for path in _manifests(arguments.paths)
    ]
    problems = [
        {"manifest": str(path), "name": finding.name, "problem": finding.problem.value}
        for path, _, findings in checked
        for finding in findings
        if finding.problem is not None
    ]
    if arguments.json:
        count = sum(len(manifest.files) for _, manifest, _ in checked)
        print_json(
            {"ok": not problems, "manifests": len(checked), "files": count, "problems": problems}
        )
    else:
        for path, manifest, findings in checked:
            span = f"{manifest.asked_from_utc} – {manifest.asked_to_utc}"
            print_text(f"{path}: {manifest.camera_id} {manifest.camera_name}, {span}")
            print_text(f"  by {manifest.operator} at {manifest.site}")
            marked = {file.name: file.quality for file in manifest.files if file.is_watermarked}
            for finding in findings:
                state = finding.problem.value if finding.problem else "ok"
                about = (
                    f" (watermarked, encoded again: {marked[finding.name]})"
                    if finding.name in marked
                    else ""
                )
                print_text(f"  {finding.name}: {state}{about}")
    return EXIT_FAILED if problems else EXIT_GOOD


def _manifests(paths: list[Path]) -> list[Path]:
    """Raises ExportFailed where a folder has none: nothing checked must not look like all good."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.glob(f"*{MANIFEST_SUFFIX}")) if path.is_dir() else [path]
        if not inside:
            raise ExportFailed(f"{path} holds no *{MANIFEST_SUFFIX}: nothing can be verified")
        found += inside
    return found
