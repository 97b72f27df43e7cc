"""`gridwall bench cases`: the desk in a real hub process against bare SQL on the same file.

* first page: `cases` of the open queue, over the query socket, answer decoded.
* filter: `cases` by state, kind, unit, street, camera, lateness and time, in turn.
* day: `count` of a day long ago by state, kind, unit and street: the statistics of one day.
* act: `act` (a note), over the query socket, committed to disk with full synchronisation.
* text: a place, a word of two characters that a quarter of the titles has, a case's number.
* bare SQL: the same statements and the same writes by the database's own module alone, in this
  process, afterwards. A bare write is no case: no rules, no audit row, no event.

`ratio_to_bare_sql` is the sum of the medians of page, filter and act over the same sum by bare SQL.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import text

from config.site import CameraId, GridId, ItemCode, UnitName
from console.bench.bare_sql import BareDatabase, bare_actions
from console.bench.hub_site import running_hub
from console.bench.report import print_result, say
from console.bench.timing import share, timed
from console.desk.case import CaseData, CaseId, CaseState, Step
from console.desk.case_text import text_row
from console.desk.tables import STEPS, case_row, cases, metadata, texts
from ingest.clock import SystemClock
from ingest.feed.envelope import utc_text
from ingest.feed.query import QueryClient
from ingest.feed.store import open_store

#: A district's cases of several years (Daxing: four millions in all its history).
DEFAULT_ROWS = 1_000_000
#: Open at any time: a hundredth, and at most what a district can handle.
OPEN_SHARE, OPEN_MOST = 0.01, 8_000
SAMPLES = 300
FILL_ROWS = 5_000
#: What is looked for: rare, very common, common with a rare end, by number, not there at all.
_SOUGHT = ("台东路7", "占道", "违停 · 威海路", "bench-0000123", "浮山")
_OPEN = ("proposed", "filed", "dispatched", "handling", "verifying", "suspended")
_KINDS = ("parking", "stall", "smoke", "ticket")
_WORDS = {
    "parking": "机动车违停",
    "stall": "占道经营",
    "smoke": "露天焚烧冒烟",
    "ticket": "市民投诉",
}
_ROADS = ("延吉路", "台东路", "登州路", "威海路", "昌平路", "利津路", "南口路", "人民路", "杭州路",
          "兴隆路", "重庆南路")  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=DEFAULT_ROWS, metavar="N", help="cases in all")
    parser.add_argument("--database", metavar="URL", help="an empty PostgreSQL database")
    parser.add_argument("--samples", type=int, default=SAMPLES, metavar="N", help="of each request")


def run(arguments: argparse.Namespace) -> int:
    rows, samples = max(1_000, arguments.rows), max(20, arguments.samples)
    with tempfile.TemporaryDirectory(prefix="gridwall-bench-") as name:
        folder = Path(name)
        started_s = time.monotonic()
        now_ns = time.time_ns()
        fill(folder, rows, now_ns, arguments.database)
        say(f"{rows:,} cases made in {time.monotonic() - started_s:.0f} s")
        with (
            running_hub(folder, gateway=False, database=arguments.database) as ready,
            QueryClient(ready["query"]) as query,
        ):
            ours = measured(query, samples, now_ns)
        where = arguments.database or str(folder / "state" / "hub" / "hub.sqlite")
        with contextlib.closing(BareDatabase(where)) as database:
            bare = timed(bare_actions(database, now_ns), samples)
    result = _result(rows, ours, bare)
    result["database"] = "postgresql" if arguments.database else "sqlite"
    print_result(result, as_json=arguments.json)
    return 0


def _result(
    rows: int, ours: dict[str, list[float]], bare: dict[str, list[float]]
) -> dict[str, Any]:
    names = ("first_page", "filter", "act")
    ratio = sum(share(ours[n], 0.5) for n in names) / sum(share(bare[n], 0.5) for n in names)
    result: dict[str, Any] = {"rows": rows}
    for name in names:
        result[f"{name}_p50_ms"] = round(share(ours[name], 0.5), 2)
        result[f"{name}_p99_ms"] = round(share(ours[name], 0.99), 2)
        result[f"bare_{name}_p50_ms"] = round(share(bare[name], 0.5), 2)
    result["day_p50_ms"] = round(share(ours["day"], 0.5), 1)
    result["day_p99_ms"] = round(share(ours["day"], 0.99), 1)
    result["text_search_p50_ms"] = round(share(ours["text"], 0.5), 1)
    result["text_search_worst_ms"] = round(max(ours["text"]), 1)
    result["ratio_to_bare_sql"] = round(ratio, 2)
    return result


def fill(folder: Path, rows: int, now_ns: int, url: str | None = None) -> None:
    """The log's database with `rows` cases, made by the desk's own tables."""
    store = open_store(folder / "state" / "hub", SystemClock(), url)
    try:
        with store.transaction() as tx:
            tx.migrate("desk", metadata, STEPS)
        made = some_cases(rows, now_ns)
        while batch := list(itertools.islice(made, FILL_ROWS)):
            with store.transaction() as tx:
                tx.execute(cases.insert(), [case_row(case) for case in batch])
                tx.execute(texts.insert(), [text_row(case.case_id, case.title) for case in batch])
        if url is not None:
            with store.transaction() as tx:
                tx.execute(text("ANALYZE"))  # what autovacuum does within a minute
    finally:
        store.close()


def some_cases(rows: int, now_ns: int) -> Iterator[CaseData]:
    """The same cases in every run: ended ones of years, open ones of the last days."""
    chance = random.Random(41)
    open_count = min(OPEN_MOST, round(rows * OPEN_SHARE))
    for number in reversed(range(rows)):  # the oldest comes first, as in life
        is_open = number < open_count
        state = chance.choice(_OPEN) if is_open else chance.choice(("closed", "closed", "void"))
        due_ns = now_ns + chance.randrange(-7_200, 28_800) * 10**9
        opened_ns = now_ns - number * 60 * 10**9
        street = chance.randrange(22)
        kind = chance.choice(_KINDS)
        yield CaseData(
            case_id=CaseId(f"bench-{number:08}"),
            state=CaseState(state),
            act="note",
            actor="bench",
            item_code=ItemCode(f"05{chance.randrange(1, 12):02}"),
            grid_id=GridId(f"S{street}C{chance.randrange(130)}"),
            unit=UnitName(f"unit {chance.randrange(40)}"),
            inspector_id=None,
            lat_deg=36.1 + chance.random() / 10,
            lon_deg=120.3 + chance.random() / 10,
            step_due_utc=utc_text(due_ns) if is_open else None,
            whole_due_utc=utc_text(due_ns),
            version=1,
            alert_ids=(f"alert-{number}",),
            note="",
            opened_utc=utc_text(opened_ns),
            kind=kind,
            priority=1 if number % 50 == 0 else 3,
            title=f"{_WORDS[kind]} · {_ROADS[number % 7396 % 11]}{number % 7396}号",
            camera_id=CameraId(f"cam-{number % 7396:05}"),
            street_id=GridId(f"S{street}"),
            step_started_utc=utc_text(opened_ns),
            source="analysis",
            step=Step.HANDLE if is_open else Step.NONE,
        )


def filters(now_ns: int) -> list[dict[str, Any]]:
    """What operators narrow a list by; sorted by opening unless the queue is asked for."""
    day = utc_text(now_ns - 86_400 * 10**9)
    return [
        {"filter": {"state": "proposed"}, "sort": "opened"},
        {"filter": {"kind": "smoke"}, "sort": "opened"},
        {"filter": {"unit": "unit 7", "open": True}},
        {"filter": {"street": "S3"}, "sort": "opened"},
        {"filter": {"camera_id": "cam-00077"}, "sort": "opened"},
        {"filter": {"late": True}},
        {"filter": {"since_utc": day}, "sort": "opened"},
        {"filter": {"unit": "unit 9", "state": "closed"}, "sort": "opened"},
    ]


def _day(now_ns: int, number: int) -> dict[str, Any]:
    """One of the days before, in turn."""
    first_ns = now_ns - (number % 20 + 1) * 40 * 86_400 * 10**9
    wanted = {"since_utc": utc_text(first_ns), "until_utc": utc_text(first_ns + 86_400 * 10**9)}
    return {"filter": wanted, "by": ["state", "kind", "unit", "street"]}


def measured(query: QueryClient, samples: int, now_ns: int) -> dict[str, list[float]]:
    """Milliseconds of every request, over the socket."""
    wanted = filters(now_ns)
    actions: dict[str, Callable[[int], Any]] = {
        "first_page": lambda n: query.ask("cases", 30.0, filter={"open": True}),
        "filter": lambda n: query.ask("cases", 30.0, **wanted[n % len(wanted)]),
        "day": lambda n: query.ask("count", 30.0, **_day(now_ns, n)),
        "act": lambda n: query.ask(
            "act", 30.0, case_id=f"bench-{n * 17 % 1000:08}", act="note", note="bench", actor="b"
        ),
        "text": lambda n: query.ask(
            "cases", 60.0, filter={"text": _SOUGHT[n % len(_SOUGHT)]}, sort="opened"
        ),
    }
    return timed(actions, samples)
