"""Freed pictures stay with the process, for whichever thread: measured in processes of their own."""

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

_COUNT_ARENAS = """
import ctypes, sys, tempfile, threading
from ingest.cameras.allocator import keep_freed_pictures
if sys.argv[1] == "kept" and not keep_freed_pictures():
    sys.exit(3)
all_have_one = threading.Barrier(9)
def picture():
    kept = bytearray(518_400)
    all_have_one.wait(20)
    all_have_one.wait(20)
    return kept
threads = [threading.Thread(target=picture) for _ in range(8)]
for thread in threads:
    thread.start()
all_have_one.wait(20)
library = ctypes.CDLL(None)
library.fopen.restype = ctypes.c_void_p
library.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
library.fclose.argtypes = [ctypes.c_void_p]
with tempfile.NamedTemporaryFile() as told:
    stream = library.fopen(told.name.encode(), b"w")
    library.malloc_info(0, stream)
    library.fclose(stream)
    print(told.read().count(b"<heap nr="))
all_have_one.wait(20)
"""


def _printed(code: str, *words: str) -> int:
    found = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=30
    )
    if found.returncode == 3:
        pytest.skip("this C library has no mallopt")
    assert found.returncode == 0, found.stderr
    return int(found.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc only")
def test_a_second_picture_of_the_same_size_costs_no_page_faults() -> None:
    assert _printed(_COUNT_FAULTS, "kept") < 50


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc only")
def test_pictures_of_all_threads_come_from_one_arena() -> None:
    assert _printed(_COUNT_ARENAS, "kept") == 1
    assert _printed(_COUNT_ARENAS, "defaults") > 1
