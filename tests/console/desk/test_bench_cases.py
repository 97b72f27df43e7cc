"""`gridwall bench cases` as a user runs it, small."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


@pytest.mark.system
@pytest.mark.beside
def test_the_bench_measures_pages_filters_acts_and_bare_sql() -> None:
    command = [
        sys.executable,
        "-m",
        "console.app.cli",
        "bench",
        "cases",
        "--rows",
        "1000",
        "--samples",
        "20",
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["rows"] == 1000
    names = ("first_page_p99_ms", "filter_p99_ms", "act_p99_ms", "ratio_to_bare_sql")
    assert all(result[name] > 0 for name in names)
