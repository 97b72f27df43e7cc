"""`gridwall bench suggester`: learns made-up cases, asks about later ones, and times a question.

Beside it in the same run: the rules on paper, the most frequent unit, the item's usual unit, and the
best that is possible on these cases (`ceiling_*`: their noise is known). See `case_texts` for what
generated cases can show and what not.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from config.directory import SiteDirectory
from config.load import load_site
from console.bench.case_texts import UNUSUAL_SHARE, VAGUE_SHARE, some_closed_cases, some_town
from console.bench.report import print_result, say
from console.desk.suggester.examples import known_for
from console.desk.suggester.features import facts_of, text_of
from console.desk.suggester.model import SuggestionModel, Target
from console.desk.suggester.model_file import load, save
from console.desk.suggester.suggestions import known_labels
from console.desk.suggester.training import train
from ingest.feed.envelope import utc_text

DEFAULT_ROWS = 200_000
QUESTIONS = 300


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=DEFAULT_ROWS, metavar="N", help="closed cases")


def run(arguments: argparse.Namespace) -> int:
    rows, now_ns = max(1_000, arguments.rows), time.time_ns()
    town = some_town()
    with tempfile.TemporaryDirectory(prefix="gridwall-bench-") as name:
        folder = Path(name)
        (folder / "site.toml").write_text('name = "bench"\n')
        for file, text in {"cameras.csv": "id,name,main_url\n", **town.registers}.items():
            (folder / file).write_text(text, encoding="utf-8")
        directory = SiteDirectory(load_site(folder))
        before_mb, started_s = _peak_mb(), time.monotonic()
        model = train(
            lambda: some_closed_cases(town, rows, now_ns), directory, utc_text(now_ns), say
        )
        learned_s = time.monotonic() - started_s
        path = save(model, folder)
        started_s = time.monotonic()
        loaded = load(path)
        result: dict[str, Any] = {
            "rows": rows,
            "train_s": round(learned_s, 1),
            "cases_per_s": round(rows / learned_s),
            "peak_memory_mb": round(_peak_mb()),
            "memory_before_mb": round(before_mb),
            "file_mb": round(path.stat().st_size / 2**20, 1),
            "load_s": round(time.monotonic() - started_s, 2),
            "question_p50_ms": _question_ms(loaded, directory, town, now_ns),
            "ceiling_unit": round(1 - UNUSUAL_SHARE, 3),
            "ceiling_item_about": round(1 - VAGUE_SHARE, 3),
            "figures": msgspec.to_builtins(model.facts.figures),
        }
    print_result(result, as_json=arguments.json)
    return 0


def _question_ms(model: SuggestionModel, directory: SiteDirectory, town: Any, now_ns: int) -> float:
    spent = []
    for case in some_closed_cases(town, QUESTIONS, now_ns):
        started_s = time.perf_counter()
        for target in Target:
            known = known_labels(directory, target, model.facts.area_level)
            model.suggest(
                target, text_of(case), known_for(target, facts_of(case, directory)), known, 0.2
            )
        spent.append((time.perf_counter() - started_s) * 1000)
    return round(sorted(spent)[len(spent) // 2], 2)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
