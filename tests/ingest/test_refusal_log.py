"""A flood of refusals is a few lines, and none of them can pretend to be another line."""

from __future__ import annotations

import logging

import pytest

from ingest.refusal_log import KINDS_MOST, PERIOD_S, TEXT_MOST, RefusalLog, one_line


class Now:
    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def refusals(now: Now, caplog: pytest.LogCaptureFixture) -> RefusalLog:
    caplog.set_level(logging.INFO)
    return RefusalLog(logging.getLogger("refusals"), now)


def test_the_first_of_a_kind_is_told_and_the_others_are_counted(
    refusals: RefusalLog, now: Now, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(10_000):
        refusals.note("events invalid", "no JSON")
    refusals.note("requests act", "the case is closed")
    now.s += PERIOD_S
    refusals.note("events invalid", "again")
    assert caplog.messages == [
        "refused, events invalid: no JSON",
        "refused, requests act: the case is closed",
        "refused, events invalid: again (9999 more of this kind since the last line)",
    ]


def test_kinds_are_bounded(refusals: RefusalLog, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(10 * KINDS_MOST):
        refusals.note(f"kind {number}", "x")
    assert len(caplog.messages) == KINDS_MOST + 1
    assert caplog.messages[-1] == "refused, other: x"


def test_words_of_the_refused_stay_on_their_line() -> None:
    forged = "x\n12:00:00 hub ERROR the log is full\x1b[2J\u202e\ud800"
    assert "\n" not in one_line(forged)
    assert one_line(forged).isprintable()
    assert len(one_line("y" * 10_000_000)) == TEXT_MOST
    assert one_line("占道经营 · 港湾路") == "占道经营 · 港湾路"
