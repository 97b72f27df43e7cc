"""Freed pictures stay with the process: measured in page faults, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

_COUNT_FAULTS = """
import resource, sys
from ingest.cameras.allocator import keep_freed_pictures
if sys.argv[1] == "kept" and not keep_freed_pictures():
    sys.exit(3)
def faults_of_fifty_pictures():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(50):
        bytearray(518_400)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults_of_fifty_pictures()
print(faults_of_fifty_pictures())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc only")
def test_a_second_picture_of_the_same_size_costs_no_page_faults() -> None:
    found = subprocess.run(
        [sys.executable, "-c", _COUNT_FAULTS, "kept"], capture_output=True, text=True, timeout=30
    )
    if found.returncode == 3:
        pytest.skip("this C library has no mallopt")
    assert int(found.stdout) < 50
