"""`gridwall export cases|case|verify`: tables, a signed archive, the sheet of one case."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.app.output import EXIT_GOOD, print_json, print_text

if TYPE_CHECKING:
    from console.desk.case import CaseData
    from ingest.feed.query import QueryClient

#: Cases of one page, and the longest wait for it, seconds.
PAGE_ROWS, PAGE_S = 1_000, 30.0
#: A number beyond every audit row: asks for the chain's end only.
BEYOND = 2**61


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    cases = what.add_parser("cases", help="FILE ends with .csv, .xlsx or .zip (signed)")
    cases.add_argument("file", type=Path, metavar="FILE")
    for name in ("state", "kind", "unit", "street"):
        cases.add_argument(f"--{name}", action="append", default=[], help=f"only this {name}")
    cases.add_argument("--since", metavar="UTC", help="opened since, 2026-01-01T00:00:00Z")
    cases.add_argument("--until", metavar="UTC", help="opened before")
    case = what.add_parser("case", help="PDF sheet of one case with its pictures")
    case.add_argument("case_id", metavar="CASE")
    case.add_argument("file", type=Path, metavar="FILE")
    for action in (cases, case):
        where = action.add_mutually_exclusive_group(required=True)
        where.add_argument("--site", type=Path, metavar="DIR", help="the site folder; its hub runs")
        where.add_argument("--hub", metavar="ADDRESS", help="the hub's query address")
        action.add_argument("--keys", type=Path, metavar="FILE", help="key file for a CURVE hub")
        action.add_argument("--language", choices=("zh_CN", "en"), help="default: the site's")
    verify = what.add_parser("verify", help="checks a signed archive")
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument("--public-key", metavar="KEY", help="the site's, as its manifest shows it")
    for action in (cases, case, verify):
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    result = {"cases": _cases, "case": _case, "verify": _verify}[arguments.what](arguments)
    if arguments.json:
        print_json(result)
    else:
        print_text(", ".join(f"{name} {value}" for name, value in result.items()))
    return EXIT_GOOD


def _cases(arguments: argparse.Namespace) -> dict[str, Any]:
    from config.site import Language
    from console.app.commands.feed import query_address
    from console.desk.exchange.table_files import write_csv, write_xlsx
    from ingest.errors import Misconfigured
    from ingest.feed.query import QueryClient

    file: Path = arguments.file
    kind = file.suffix.lower()
    if kind not in {".csv", ".xlsx", ".zip"}:
        raise Misconfigured(f"{file.name}: expected a name ending with .csv, .xlsx or .zip")
    address, keys = query_address(arguments)
    with QueryClient(address, keys) as query:
        if kind == ".zip":
            return _archive(query, arguments)
        language = Language(arguments.language or _header(query)["language"])
        write = write_csv if kind == ".csv" else write_xlsx
        return {"file": str(file), "cases": write(file, _pages(query, arguments), language)}


def _header(query: QueryClient) -> dict[str, Any]:
    header: dict[str, Any] = query.ask("register.get", name="site")["content"]
    return header


def _pages(query: QueryClient, arguments: argparse.Namespace) -> Iterator[CaseData]:
    import msgspec

    from console.desk.case import CaseData

    wanted: dict[str, Any] = {
        "since_utc": arguments.since, "until_utc": arguments.until,
        **{name: getattr(arguments, name) for name in ("state", "kind", "unit", "street")
           if getattr(arguments, name)},
    }  # fmt: skip
    wanted = {name: value for name, value in wanted.items() if value is not None}
    for case in case_pages(query, wanted):
        yield msgspec.convert(case, CaseData)


def case_pages(query: QueryClient, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every case that the filter lets through, oldest first, read in pages."""
    after = None
    while True:
        page = query.ask(
            "cases", PAGE_S, filter=wanted, sort="oldest", after=after, limit=PAGE_ROWS
        )
        yield from page["cases"]
        after = page["after"]
        if after is None:
            return


def _archive(query: QueryClient, arguments: argparse.Namespace) -> dict[str, Any]:
    from config.paths import user_state_folder
    from console.app.hub_app import read_site
    from console.desk.exchange.signed_zip import signing_key, write_archive
    from ingest.feed.keys import keys_folder

    folder = keys_folder(read_site(arguments.site)) if arguments.site else user_state_folder()
    details = (
        {name: query.ask("case", PAGE_S, id=case.case_id)[name] for name in ("case", "timeline", "alerts")}
        for case in _pages(query, arguments)
    )  # fmt: skip
    end = query.ask("audit.verify", PAGE_S, **{"from": BEYOND})
    manifest = write_archive(
        arguments.file,
        details,
        evidence_of(query),
        signing_key(folder / "export-signing.key"),
        site=_header(query)["name"],
        by="gridwall export",
        made_utc=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        audit_end=(end["rows"], end["last_hash"]),
    )
    return {"file": str(arguments.file), "cases": manifest.case_count,
            "evidence": len(manifest.files) - 1, "missing_evidence": len(manifest.missing_evidence),
            "public_key": manifest.public_key}  # fmt: skip


def evidence_of(query: QueryClient) -> Any:
    """Content by hash from the hub's gateway; None where it is not kept any more."""
    from ingest.evidence import EvidenceClient, EvidenceMissing

    def token(refused: str) -> str:
        return str(query.ask("evidence.grant")["token"])

    client = EvidenceClient(query.ask("hello")["http"], token)

    def get(sha: str) -> bytes | None:
        try:
            return client.get(sha)
        except EvidenceMissing:
            return None

    return get


def _case(arguments: argparse.Namespace) -> dict[str, Any]:
    import msgspec

    from config.settings import parse_timezone
    from config.site import Language
    from console.app.commands.feed import query_address
    from console.desk.case import CaseData
    from console.desk.exchange.case_sheet import write_sheet
    from ingest.feed.query import QueryClient

    address, keys = query_address(arguments)
    with QueryClient(address, keys) as query:
        detail = query.ask("case", id=arguments.case_id)
        case = msgspec.convert(detail["case"], CaseData)
        get = evidence_of(query)
        pictures = [(sha, get(sha)) for sha in pictures_of(case)]
        header = _header(query)
        write_sheet(
            arguments.file, case, detail["timeline"], pictures, site=header["name"],
            language=Language(arguments.language or header["language"]),
            zone=parse_timezone(header["settings"]["calendar"]["timezone"]),
        )  # fmt: skip
    return {"file": str(arguments.file), "case": case.case_id, "pictures": len(pictures)}


def pictures_of(case: CaseData) -> list[str]:
    """Hashes of what the sheet shows: the camera's pictures, then those taken on the spot."""
    shown = [case.snapshot, case.crop, *(photo.sha for photo in case.photos)]
    return [sha for sha in shown if sha]


def _verify(arguments: argparse.Namespace) -> dict[str, Any]:
    from console.desk.exchange.signed_zip import verify_archive

    manifest = verify_archive(arguments.file, arguments.public_key)
    return {"intact": True, "site": manifest.site, "made_utc": manifest.made_utc,
            "cases": manifest.case_count, "public_key": manifest.public_key,
            "signer_checked": arguments.public_key is not None}  # fmt: skip
