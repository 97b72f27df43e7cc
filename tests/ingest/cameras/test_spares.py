"""Processes that are loaded before anybody needs them, and that leave when nobody does."""

from __future__ import annotations

import itertools
from typing import cast

import pytest

from ingest.cameras.group_handle import GroupHandle
from ingest.cameras.placement import group_count
from ingest.cameras.spares import SPARE_AFTER_S, SPARE_RETRY_S, UNNEEDED_AFTER_S, Spares


class _Process:
    def __init__(self, process_id: int) -> None:
        self.process_id = process_id
        self.has_left = self.is_reaped = False

    def leave(self) -> None:
        self.has_left = True

    def join(self) -> None:
        self.is_reaped = True


class _Bench:
    """Spares of processes that only note what is done with them, and a clock that is set."""

    def __init__(self) -> None:
        self.at_s = 100.0
        self.made: list[_Process] = []
        self._ids = itertools.count(1)
        self.spares = Spares(self._make, lambda: self.at_s)

    def _make(self) -> GroupHandle:
        self.made.append(_Process(next(self._ids)))
        return cast(GroupHandle, self.made[-1])


def test_what_is_expected_is_loaded_at_once_and_taken_in_order() -> None:
    bench = _Bench()
    bench.spares.prepare(group_count(36, 2))
    assert len(bench.made) == 5
    taken = [bench.spares.take() for _ in range(5)]
    assert taken == bench.made
    assert bench.spares.take() is None


def test_one_spare_follows_once_the_processes_in_need_had_time_to_start() -> None:
    bench = _Bench()
    bench.spares.take()
    bench.spares.keep(used_count=1)
    assert not bench.made
    bench.at_s += SPARE_AFTER_S
    bench.spares.keep(used_count=1)
    bench.spares.keep(used_count=1)
    assert len(bench.made) == 1


@pytest.mark.parametrize(("used_count", "kept_count"), [(0, 0), (2, 1)])
def test_what_nobody_needed_leaves_again(used_count: int, kept_count: int) -> None:
    bench = _Bench()
    bench.spares.prepare(5)
    for _ in range(used_count):
        bench.spares.take()
    bench.spares.keep(used_count)
    assert len(bench.spares.handles) == 5 - used_count
    bench.at_s += UNNEEDED_AFTER_S
    bench.spares.keep(used_count)
    assert len(bench.spares.handles) == kept_count
    gone = [process for process in bench.made if process.has_left]
    assert len(gone) == 5 - used_count - kept_count
    for process in gone:
        bench.spares.ended(process.process_id)
    assert all(process.is_reaped for process in gone)


@pytest.mark.logs_warnings(reason="a spare that ends is told")
def test_a_spare_that_ends_is_not_replaced_in_a_storm() -> None:
    bench = _Bench()
    bench.spares.prepare(1)
    bench.spares.ended(bench.made[0].process_id)
    bench.at_s += SPARE_RETRY_S - 1
    bench.spares.keep(used_count=1)
    assert len(bench.made) == 1
    bench.at_s += 2
    bench.spares.keep(used_count=1)
    assert len(bench.made) == 2
