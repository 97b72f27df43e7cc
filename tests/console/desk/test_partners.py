"""Cases to and from other platforms: nothing lost, nothing twice, every message with its receipt."""

from __future__ import annotations

import contextlib
import itertools
import uuid
from pathlib import Path
from typing import Any

import msgspec
import pytest

from console.desk.case import CaseData, CaseState, Ending
from console.desk.partners.outbox import RETRY_MOST_S, told_of
from console.desk.tables import partner_outbox
from ingest.feed.envelope import utc_text
from ingest.feed.participant import Caller, OperationRefused
from ingest.partners.messages import Kind
from tests.console.desk.desk_bench import DeskBench

PARTNERS = """
[[partner]]
id = "district"
name = "District platform"
url = "http://127.0.0.1:9/exchange/v1"
we = "city"
secret_files = ["keys/district.secret"]
receipt_hours = 2
"""
HOUR = 3600.0


@pytest.fixture
def bench(tmp_path: Any, store_url: str | None) -> Any:
    desk_bench = PartnerBench(tmp_path, store_url, partners=PARTNERS)
    yield desk_bench
    desk_bench.close()


class PartnerBench(DeskBench):
    """A desk, and the other platform's side by hand."""

    _their_numbers = itertools.count(1)

    def filed(self) -> CaseData:
        return self.act(self.raised_case().case_id, "file")

    def handed_over(self) -> CaseData:
        return self.act(self.filed().case_id, "hand_over", partner="district")

    def due(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("partners.due")["messages"]
        return found

    def settle(self, row: dict[str, Any], result: str = "accepted", **more: Any) -> str:
        receipt = {
            "message_id": row["message"]["message_id"],
            "result": result,
            "utc": utc_text(self.clock.utc_ns()),
            "their_ref": "T-1",
            **more,
        }
        return str(self.ask("partners.settle", number=row["number"], receipt=receipt)["state"])

    def deliver(self, result: str = "accepted", **more: Any) -> list[str]:
        """Carries everything that is due; the kinds in order."""
        kinds = []
        while rows := self.due():
            for row in rows:
                kinds.append(row["message"]["kind"])
                self.settle(row, result, **more)
        return kinds

    def message(self, kind: str, case_ref: str, **more: Any) -> dict[str, Any]:
        case = more.pop("case", {})
        return {
            "message_id": uuid.uuid4().hex, "sender": "district", "receiver": "city",
            "kind": kind, "case_ref": case_ref, "number": next(self._their_numbers),
            "sent_utc": utc_text(self.clock.utc_ns()), "case": case, **more,
        }  # fmt: skip

    def take(self, message: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("partners.take", partner="district", message=message)
        receipt: dict[str, Any] = found["receipt"]
        return receipt

    def offered(self, **case: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        place = {"lat_deg": 31.2, "lon_deg": 121.5}
        matter = {"title": "占道经营", "note": "门口", "item_code": "0501", **place, **case}
        message = self.message("offer", "D-17", case=matter)
        return message, self.take(message)

    def tick(self) -> None:
        with self.store.transaction() as tx:
            for event in self.desk.tick(tx, tx.now_utc_ns):
                self._append(tx, event)


# -- out


def test_a_case_handed_over_is_the_partners_and_its_clock_runs(bench: PartnerBench) -> None:
    case = bench.handed_over()
    assert (case.state, case.partner, case.unit) == (
        CaseState.DISPATCHED, "district", "District platform",
    )  # fmt: skip
    assert case.step_due_utc is not None
    (row,) = bench.due()
    message = row["message"]
    assert (message["kind"], message["case_ref"]) == ("offer", case.case_id)
    assert message["case"]["item_code"] == case.item_code
    assert message["evidence"] == ["a" * 64]
    shown = bench.ask("case", id=case.case_id)["exchange"]
    assert [(one["kind"], one["state"], one["name"]) for one in shown] == [
        ("offer", "waiting", "District platform")
    ]


def test_progress_and_closing_come_back_and_our_closing_is_told(bench: PartnerBench) -> None:
    case = bench.handed_over()
    assert bench.deliver() == ["offer"]
    assert "T-1" in bench.case(case.case_id).note
    progress = {"state": "dispatched", "unit": "Street 4"}
    assert (
        bench.take(bench.message("progress", case.case_id, case=progress))["result"] == "accepted"
    )
    assert bench.case(case.case_id).state is CaseState.HANDLING
    closing = bench.message(
        "closed", case.case_id, case={"state": "closed", "note": "gone"}, evidence=["c" * 64]
    )
    assert bench.take(closing)["result"] == "accepted"
    after = bench.case(case.case_id)
    assert after.state is CaseState.VERIFYING
    assert "gone" in after.note
    assert [photo.sha for photo in after.photos] == ["c" * 64]
    assert bench.due() == []  # what they did they are not told
    bench.act(case.case_id, "verify")
    bench.act(case.case_id, "close")
    assert bench.deliver() == ["settled"]


def test_failed_checks_urging_and_voiding_are_told(bench: PartnerBench) -> None:
    case = bench.handed_over()
    bench.act(case.case_id, "urge")
    bench.take(bench.message("closed", case.case_id))
    bench.act(case.case_id, "verify", passed=False, note="still there")
    bench.act(case.case_id, "void", note="a double")
    assert bench.deliver() == ["offer", "urged", "rework", "withdrawn"]


def test_messages_of_one_case_wait_for_each_other_and_other_cases_do_not(
    bench: PartnerBench,
) -> None:
    first, second = bench.handed_over(), bench.handed_over()
    bench.act(first.case_id, "urge")
    due = bench.due()
    assert [row["message"]["case_ref"] for row in due] == [first.case_id, second.case_id]
    assert {row["message"]["kind"] for row in due} == {"offer"}


def test_a_refused_offer_is_the_dispatchers_again_with_the_reason(bench: PartnerBench) -> None:
    case = bench.handed_over()
    bench.deliver("refused", reason="outside_area", reason_text="not our street")
    after = bench.case(case.case_id)
    assert (after.state, after.partner) == (CaseState.FILED, None)
    assert "not our street" in after.note
    assert bench.due() == []  # nothing to withdraw from them
    (row,) = bench.ask("case", id=case.case_id)["exchange"]
    assert (row["state"], row["reason_text"]) == ("refused", "not our street")


@pytest.mark.logs_warnings("a case that comes back without a receipt is told")
def test_without_a_receipt_it_is_tried_ever_more_slowly_and_then_comes_back(
    bench: PartnerBench,
) -> None:
    case = bench.handed_over()
    waits, number = [], bench.due()[0]["number"]
    for _ in range(9):
        began_ns = bench.clock.utc_ns()
        bench.ask("partners.settle", number=number, problem="away")
        while not bench.due():
            bench.clock.advance(1.0)
        waits.append((bench.clock.utc_ns() - began_ns) / 1e9)
    assert waits[0] < 8
    assert waits[3] > 2 * waits[1]
    assert max(waits) < 1.3 * RETRY_MOST_S
    bench.clock.advance(2 * HOUR)
    bench.tick()
    after = bench.case(case.case_id)
    assert (after.state, after.partner) == (CaseState.FILED, None)
    assert "no receipt" in after.note
    # they may have got it: it is withdrawn, and a late receipt of the offer changes nothing
    assert [row["message"]["kind"] for row in bench.due()] == ["withdrawn"]
    states = {row["kind"]: row["state"] for row in bench.ask("case", id=case.case_id)["exchange"]}
    assert states == {"offer": "expired", "withdrawn": "waiting"}


def test_the_same_receipt_twice_is_one_act(bench: PartnerBench) -> None:
    case = bench.handed_over()
    (row,) = bench.due()
    assert bench.settle(row) == "accepted"
    version = bench.case(case.case_id).version
    assert bench.settle(row, "refused") == "accepted"
    assert bench.case(case.case_id).version == version


def test_a_receipt_of_another_message_is_refused(bench: PartnerBench) -> None:
    bench.handed_over()
    (row,) = bench.due()
    with pytest.raises(OperationRefused, match="another message"):
        bench.settle(row, message_id="other")


def test_a_case_that_is_not_with_them_is_not_theirs_to_move(bench: PartnerBench) -> None:
    case = bench.filed()
    receipt = bench.take(bench.message("closed", case.case_id))
    assert (receipt["result"], receipt["reason"]) == ("refused", "not_with_you")
    assert bench.case(case.case_id).version == case.version


def test_a_change_that_is_undone_sends_nothing(bench: PartnerBench) -> None:
    case = bench.filed()
    with pytest.raises(OperationRefused):
        bench.act(case.case_id, "hand_over", partner="nobody")
    with pytest.raises(OperationRefused):
        bench.act(case.case_id, "hand_over")
    with contextlib.suppress(ZeroDivisionError), bench.store.transaction() as tx:
        request = {"case_id": case.case_id, "act": "hand_over", "partner": "district"}
        bench.desk.operations()["act"](tx, request, Caller("local", frozenset({"operator"})))
        raise ZeroDivisionError  # what goes wrong before the commit takes the message along
    assert bench.due() == []
    assert bench.case(case.case_id).state is CaseState.FILED


# -- in


def test_an_offer_becomes_a_proposal_once_however_often_it_comes(bench: PartnerBench) -> None:
    message, receipt = bench.offered()
    assert receipt["result"] == "accepted"
    case = bench.case(receipt["their_ref"])
    assert (case.state, case.source, case.ticket_id) == (
        CaseState.PROPOSED, "partner:district", "D-17",
    )  # fmt: skip
    assert (case.item_code, case.grid_id, case.unit) == ("0501", "S1C1", "Street office")
    events = len(bench.events)
    assert bench.take(message) == receipt
    other = {**message, "message_id": "another-try", "number": 10_000}
    assert bench.take(other)["their_ref"] == receipt["their_ref"]  # open: the same case
    assert len(bench.events) == events


def test_what_we_do_with_it_is_told_back_to_the_end(bench: PartnerBench) -> None:
    _, receipt = bench.offered()
    case_id = receipt["their_ref"]
    for act in ("file", "dispatch", "feedback", "verify", "close"):
        bench.act(case_id, act, unit="Street office", note="done here" if act == "close" else "")
    rows = []
    while due := bench.due():
        rows += due
        bench.settle(due[0])
    said = [(row["message"]["kind"], row["message"]["case"]["state"]) for row in rows]
    assert said == [
        ("progress", "filed"), ("progress", "dispatched"), ("progress", "verifying"),
        ("closed", "closed"),
    ]  # fmt: skip
    assert {row["message"]["case_ref"] for row in rows} == {"D-17"}
    assert rows[-1]["message"]["case"]["note"] == "done here"


def test_what_does_not_fit_is_refused_with_a_reason(bench: PartnerBench) -> None:
    _, receipt = bench.offered(lat_deg=40.0, lon_deg=116.0)
    assert (receipt["result"], receipt["reason"]) == ("refused", "outside_area")
    late = bench.message("urged", "D-99")
    assert bench.take(late)["reason"] == "unknown_case"
    old = bench.message("urged", "D-99", number=late["number"])
    assert bench.take(old)["reason"] == "out_of_order"


def test_asked_by_who_gave_it_withdrawn_urged_reopened(bench: PartnerBench) -> None:
    _, receipt = bench.offered()
    case_id = receipt["their_ref"]
    bench.act(case_id, "file")
    bench.act(case_id, "dispatch", unit="Street office")
    bench.take(bench.message("urged", "D-17"))
    assert bench.case(case_id).urged_count == 1
    bench.take(bench.message("withdrawn", "D-17"))
    assert bench.case(case_id).state is CaseState.DISPATCHED  # people are out: people decide
    bench.act(case_id, "feedback")
    bench.act(case_id, "verify")
    bench.act(case_id, "close")
    bench.take(bench.message("rework", "D-17", case={"note": "not clean"}))
    assert bench.case(case_id).state is CaseState.HANDLING


def test_withdrawn_before_anybody_went_is_void_and_may_come_again(bench: PartnerBench) -> None:
    _, receipt = bench.offered()
    bench.take(bench.message("withdrawn", "D-17"))
    case = bench.case(receipt["their_ref"])
    assert (case.state, case.ending) == (CaseState.VOID, Ending.VOID)
    assert bench.due() == []
    _, again = bench.offered()
    assert again["result"] == "accepted"
    assert again["their_ref"] != receipt["their_ref"]


def test_voiding_it_here_declines_it_there(bench: PartnerBench) -> None:
    _, receipt = bench.offered()
    bench.act(receipt["their_ref"], "void", note="not ours")
    (row,) = bench.due()
    assert row["message"]["kind"] == "declined"
    assert row["message"]["case"]["note"] == "not ours"


def test_a_declined_case_is_returned_here(bench: PartnerBench) -> None:
    case = bench.handed_over()
    bench.deliver()
    bench.take(bench.message("declined", case.case_id, case={"note": "wrong district"}))
    after = bench.case(case.case_id)
    assert (after.state, after.partner, after.returned_count) == (CaseState.FILED, None, 1)
    assert bench.due() == []


def test_only_the_gateway_speaks_for_partners(bench: PartnerBench) -> None:
    reader = Caller("tail", frozenset({"reader"}))
    with pytest.raises(OperationRefused):
        bench.ask("partners.take", reader, partner="district", message=bench.message("urged", "x"))
    with pytest.raises(OperationRefused):
        bench.ask("partners.settle", reader, number=1)


def test_numbers_go_on_above_what_was_sent_before_a_restore(bench: PartnerBench) -> None:
    bench.handed_over()
    number = bench.due()[0]["number"]
    with bench.store.transaction() as tx:
        tx.execute(partner_outbox.delete())  # as if the backup were older than the message
    bench.clock.advance(1.0)
    bench.handed_over()
    assert bench.due()[0]["number"] > number


def test_without_partners_the_act_says_why_not(tmp_path: Path) -> None:
    alone = DeskBench(tmp_path / "alone")
    try:
        case = alone.act(alone.raised_case().case_id, "file")
        acts = alone.ask("case", id=case.case_id)["acts"]
        (offer,) = [one for one in acts if one["act"] == "hand_over"]
        assert (offer["allowed"], offer["reason"]) == (False, "no_partner")
    finally:
        alone.close()


def test_the_audit_chain_holds_over_it(bench: PartnerBench) -> None:
    case = bench.handed_over()
    bench.deliver()
    bench.take(bench.message("closed", case.case_id))
    assert bench.ask("audit.verify")["intact"]


def test_told_of_is_silent_about_what_does_not_matter(bench: PartnerBench) -> None:
    case = bench.handed_over()
    noted = msgspec.structs.replace(case, act="note", version=case.version + 1)
    assert told_of(case, noted) == []
    elsewhere = msgspec.structs.replace(case, partner="other")
    assert told_of(case, elsewhere) == [("district", Kind.WITHDRAWN), ("other", Kind.OFFER)]
