"""`gridwall check`: every mistake of a site folder at once; exit 2 where there is an error."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from config.load import SiteReport
from console.app.output import EXIT_GOOD, EXIT_WRONG_USE, print_json, print_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, required=True, help="the site folder")


def run(arguments: argparse.Namespace) -> int:
    """Prints problems for people, or with --json one object with the list; warnings do not fail."""
    import msgspec

    from config.load import report
    from ingest.logs import redacted

    started_s = time.monotonic()
    checked: SiteReport = with_case_loop(report(arguments.site), arguments.site)
    checked = with_alarm_regions(checked, arguments.site)
    seconds = time.monotonic() - started_s
    if arguments.json:
        problems = [
            {**msgspec.to_builtins(p), "found": redacted(p.found), "text": redacted(p.text)}
            for p in checked.problems
        ]
        print_json(
            {
                "ok": checked.error_count == 0,
                "site": str(arguments.site),
                "errors": checked.error_count,
                "warnings": len(checked.problems) - checked.error_count,
                "counts": checked.counts,
                "problems": problems,
                "seconds": round(seconds, 3),
            }
        )
    else:
        for problem in checked.problems:
            print_text(f"{problem.severity.value}: {redacted(problem.text)}")
        print_text(_summary(checked, arguments.site, seconds))
    return EXIT_GOOD if checked.error_count == 0 else EXIT_WRONG_USE


def with_case_loop(checked: SiteReport, folder: Path) -> SiteReport:
    """The report with the mistakes of the site's own transition table, which the desk knows."""
    import msgspec

    from config.problems import Problem
    from console.desk.transitions import SITE_TABLE, TransitionsInvalid
    from console.desk.workflow import table_of_site

    try:
        table_of_site(folder)
    except TransitionsInvalid as error:
        found = str(error).removeprefix(f"{SITE_TABLE}: ")
        problem = Problem(SITE_TABLE, None, None, found, "a case loop without contradictions")
        problems = (*checked.problems, problem)
        return msgspec.structs.replace(checked, site=None, problems=problems)
    return checked


def with_alarm_regions(checked: SiteReport, folder: Path) -> SiteReport:
    """The report with the mistakes of [[linkage.region]]: which kinds of alert exist."""
    import msgspec

    from config.problems import Problem, SiteInvalid, did_you_mean, one_of, shown
    from config.settings import load_settings
    from vision.alerts import AlertKind

    try:
        regions = load_settings(folder).linkage.region
    except SiteInvalid:
        return checked  # told already
    kinds = [kind.value for kind in AlertKind]
    unknown = [
        Problem(
            "site.toml", None, f"linkage.region[{index}].kinds",
            f"unknown kind {shown(kind)}{did_you_mean(kind, kinds)}", one_of(kinds),
        )
        for index, region in enumerate(regions)
        for kind in region.kinds
        if kind not in kinds
    ]  # fmt: skip
    if not unknown:
        return checked
    problems = (*checked.problems, *unknown)
    return msgspec.structs.replace(checked, site=None, problems=problems)


def _summary(checked: SiteReport, folder: Path, seconds: float) -> str:
    warnings = len(checked.problems) - checked.error_count
    verdict = "good" if checked.error_count == 0 else "not usable"
    counted = ", ".join(f"{count} {name}" for name, count in checked.counts.items() if count)
    return (
        f"{folder} is {verdict}: {checked.error_count} error(s), {warnings} warning(s); "
        f"{counted or 'no entries'} read in {seconds:.2f} s"
    )
