"""Digits that expire and a dispatch that can be taken back."""

from __future__ import annotations

from config.site import InspectorId
from console.desk.case import CaseId
from console.state.entry import DigitEntry, DispatchHold, HeldDispatch
from console.state.feed_status import FeedState, FeedStatus
from console.state.keys import KEY_TABLE, CommandId, commands_by_key

S = 1_000_000_000


def _held(case_id: str = "c-1", due_s: int = 5) -> HeldDispatch:
    return HeldDispatch(CaseId(case_id), 1, InspectorId("i-1"), "王", due_s * S)


def test_digits_expire_three_seconds_after_the_last_one() -> None:
    entry = DigitEntry()
    entry.press("4", 0)
    entry.press("1", 2 * S)
    assert entry.text(4 * S) == "41"
    assert entry.text(5 * S) == ""
    assert entry.take(5 * S) is None


def test_enter_takes_the_number_once() -> None:
    entry = DigitEntry()
    for digit in "0412":
        entry.press(digit, 0)
    assert entry.erase(0) == "041"
    assert entry.take(S) == 41
    assert entry.take(S) is None


def test_a_held_dispatch_goes_out_once_when_its_time_is_up() -> None:
    hold = DispatchHold()
    assert hold.hold(_held()) is None
    assert hold.due(5 * S - 1) is None
    assert hold.due(5 * S) == _held()
    assert hold.due(6 * S) is None


def test_a_dispatch_taken_back_is_never_sent() -> None:
    hold = DispatchHold()
    hold.hold(_held())
    assert hold.take_back() == _held()
    assert hold.due(9 * S) is None


def test_a_second_dispatch_sends_the_first_at_once() -> None:
    hold = DispatchHold()
    hold.hold(_held("c-1"))
    assert hold.hold(_held("c-2")) == _held("c-1")
    assert hold.hold(_held("c-2", 7)) is None


def test_a_lost_feed_stays_stale_until_it_is_live_again() -> None:
    status = FeedStatus().moved(FeedState.LIVE, "", 1)
    stale = status.moved(FeedState.STALE, "silent", 10 * S)
    assert stale.moved(FeedState.CONNECTING, "", 20 * S).state is FeedState.STALE
    assert stale.moved(FeedState.SNAPSHOT, "", 20 * S).age_s(30 * S) == 20
    assert stale.moved(FeedState.LIVE, "", 30 * S).is_live


def test_every_key_stands_for_one_command_and_every_command_has_one_row() -> None:
    commands_by_key()
    assert [row.id for row in KEY_TABLE] == list(dict.fromkeys(row.id for row in KEY_TABLE))
    assert {row.id for row in KEY_TABLE} == set(CommandId)
