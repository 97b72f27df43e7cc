"""Who acts: passes, roles, streets, and what is refused to whom."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ingest.gateway
from config.directory import SiteDirectory
from config.load import load_site
from config.problems import SiteInvalid
from console.bridge.signed_client import SignedClient
from console.desk.desk import Desk
from console.desk.sign_in import PASS_S, WAIT_S, WRONG_MOST, SignIn, hashed
from console.desk.sign_in_data import PASS_KEY
from ingest.clock import ManualClock
from ingest.feed.hub import Hub, HubSettings
from ingest.feed.participant import LOCAL_CALLER, OperationRefused
from ingest.feed.query import QueryClient, QueryRefused
from ingest.feed.store import open_store
from tests.config.site_folder import write_site
from tests.console.desk.desk_bench import MONDAY_9
from tests.console.desk.test_desk_in_hub import ANY_PORT

PASSWORD = "correct horse battery"
OTHER = "another long password"


def operators(**more: str) -> str:
    """wang may everything everywhere; li only dispatches, and in another street only."""
    return (
        f'[[operator]]\nname = "wang"\ndisplay = "王芳"\npassword = "{hashed(PASSWORD)}"\n'
        f'[[operator]]\nname = "li"\npassword = "{hashed(OTHER)}"\nroles = ["dispatcher"]\n'
        f"{more.get('li', '')}"
    )


class Centre:
    """A hub in this process with a site that names its operators."""

    def __init__(self, folder: Path, *, li: str = "") -> None:
        self.site = write_site(folder / "site")
        self.write(operators(li=li))
        self.clock = ManualClock(utc_ns=MONDAY_9, mono_ns=1)
        self._store = open_store(folder / "state", self.clock)
        self.sign_in = SignIn(lambda: self.directory, folder / "state", self.clock)
        self.hub = Hub(
            HubSettings(addresses=ANY_PORT), self._store, (Desk(lambda: self.directory),),
            operations=dict(self.sign_in.operations()), identify=self.sign_in.identify,
        )  # fmt: skip
        self.hub.start()
        self.clients: list[QueryClient] = []

    def write(self, text: str) -> None:
        (self.site / "operators.toml").write_text(text)
        self.directory = SiteDirectory(load_site(self.site))

    def seat(self) -> SignedClient:
        self.clients.append(QueryClient(self.hub.addresses.query))
        return SignedClient(self.clients[-1])

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.hub.close()
        self._store.close()


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path)
    yield made
    made.close()


def proposed(seat: SignedClient) -> str:
    made = seat.ask("propose", camera_id="cam-1", title="x", item_code="0505")
    case_id: str = made["case"]["case_id"]
    return case_id


def test_nobody_acts_without_signing_in_but_everybody_may_look(centre: Centre) -> None:
    seat, lost = centre.seat(), []
    seat.lost = lambda: lost.append(1)
    assert seat.is_needed()
    assert seat.ask("cases")["cases"] == []
    with pytest.raises(QueryRefused, match="sign in first") as refused:
        proposed(seat)
    assert refused.value.who_may == "a signed-in operator"
    assert lost == []  # there was no pass to lose
    for op in ("seats", "escalate"):  # what a seat says by itself
        with pytest.raises(QueryRefused) as answer:
            seat.ask(op)
        assert "sign in" not in answer.value.error
    for op in ("trail.read", "act", "unit.set", "field.link", "positions.forget"):
        with pytest.raises(QueryRefused, match="sign in first"):
            seat.ask(op)


def test_an_act_carries_the_name_of_who_signed_in_whatever_the_seat_claims(centre: Centre) -> None:
    seat = centre.seat()
    who = seat.sign_in("wang", PASSWORD, "seat 1")
    assert (who.display, who.streets) == ("王芳", frozenset())
    case_id = proposed(seat)
    seat.ask("act", case_id=case_id, act="file", actor="somebody else")
    rows = seat.ask("case", id=case_id)["timeline"]
    assert rows[-1]["actor"] == "wang/somebody else"


def test_roles_decide_which_acts(centre: Centre) -> None:
    boss, dispatcher = centre.seat(), centre.seat()
    boss.sign_in("wang", PASSWORD, "1")
    dispatcher.sign_in("li", OTHER, "2")
    case_id = proposed(boss)
    with pytest.raises(QueryRefused) as refused:
        dispatcher.ask("act", case_id=case_id, act="void", note="no")
    assert refused.value.who_may
    assert "dispatcher" not in refused.value.who_may
    offers = {one["act"]: one for one in dispatcher.ask("case", id=case_id)["acts"]}
    assert offers  # the sheet says whose each act is
    boss.ask("act", case_id=case_id, act="void", note="no")


def test_an_operator_of_one_area_does_not_act_in_another(tmp_path: Path) -> None:
    """The test site has one street; an area that is not it stands for another."""
    centre = Centre(tmp_path, li='streets = ["S1C1"]\n')
    try:
        boss, li = centre.seat(), centre.seat()
        boss.sign_in("wang", PASSWORD, "1")
        case_id = proposed(boss)
        boss.ask("act", case_id=case_id, act="file")
        assert li.sign_in("li", OTHER, "2").streets == {"S1C1"}
        with pytest.raises(QueryRefused, match="not yours") as refused:
            li.ask("act", case_id=case_id, act="dispatch")
        assert refused.value.who_may == "an operator of that street"
        centre.write(operators(li='streets = ["S1"]\n'))
        li.sign_in("li", OTHER, "2")
        sent = li.ask("act", case_id=case_id, act="dispatch")["case"]
        assert sent["state"] == "dispatched"
    finally:
        centre.close()


@pytest.mark.logs_warnings("refused sign-ins are logged")
def test_wrong_passwords_are_refused_alike_and_soon_wait(centre: Centre) -> None:
    seat = centre.seat()
    texts = set()
    for name in ("wang", "nobody"):
        for _ in range(WRONG_MOST):
            with pytest.raises(QueryRefused) as refused:
                seat.sign_in(name, "guess", "1")
            texts.add(refused.value.error)
        assert texts == {"name and password do not fit together"}  # who exists is not told
    with pytest.raises(QueryRefused, match="too many wrong passwords"):
        seat.sign_in("wang", PASSWORD, "1")
    centre.clock.advance(WAIT_S + 1)
    assert seat.sign_in("wang", PASSWORD, "1").name == "wang"


def test_a_pass_ends_with_the_shift_with_a_new_password_and_when_it_is_forged(
    centre: Centre,
) -> None:
    query = QueryClient(centre.hub.addresses.query)
    centre.clients.append(query)
    given = query.ask("operator.sign_in", name="wang", password=PASSWORD)["pass"]
    assert query.ask("operator.who", **{"pass": given})["display"] == "王芳"
    body, seal = given.split(".")
    for forged in (f"{body}.{'0' * 64}", f"{body[:-4]}AAAA.{seal}", "", "x", "é.é"):
        with pytest.raises(QueryRefused, match="sign in again"):
            query.ask("act", **{PASS_KEY: forged})
    centre.clock.advance(PASS_S + 1)
    with pytest.raises(QueryRefused, match="is over"):
        query.ask("act", **{PASS_KEY: given})
    fresh = query.ask("operator.sign_in", name="wang", password=PASSWORD)["pass"]
    centre.write(operators().replace(PASSWORD, "x") + "# written again, other salt\n")
    with pytest.raises(QueryRefused, match="does not hold any more"):
        query.ask("act", **{PASS_KEY: fresh})


def test_a_pass_outlives_a_restart_of_the_hub(centre: Centre, tmp_path: Path) -> None:
    query = QueryClient(centre.hub.addresses.query)
    centre.clients.append(query)
    given = query.ask("operator.sign_in", name="wang", password=PASSWORD)["pass"]
    again = SignIn(lambda: centre.directory, tmp_path / "state", centre.clock)
    caller = again.identify("act", {PASS_KEY: given}, LOCAL_CALLER, reads=False)
    assert caller.name == "wang"
    assert (tmp_path / "state" / "operators.key").stat().st_mode & 0o077 == 0


def test_phones_terminals_and_sites_without_operators_need_none(centre: Centre) -> None:
    identify = centre.sign_in.identify
    for op, request in (
        ("field.act", {}),
        ("devices.report", {}),
        ("unit.set", {"by": "terminal"}),
    ):
        assert identify(op, dict(request), LOCAL_CALLER, reads=False) is LOCAL_CALLER
    with pytest.raises(OperationRefused):
        identify("unit.set", {"by": "console"}, LOCAL_CALLER, reads=False)
    (centre.site / "operators.toml").unlink()
    centre.directory = SiteDirectory(load_site(centre.site))
    request: dict[str, Any] = {PASS_KEY: "old"}
    assert identify("act", request, LOCAL_CALLER, reads=False) is LOCAL_CALLER
    assert request == {}


def test_whatever_the_gateway_asks_needs_no_name(centre: Centre) -> None:
    """Phones have tokens, terminals codes: an operation the gateway sends must pass at every site."""
    folder = Path(ingest.gateway.__file__).parent
    asked = {
        op
        for file in folder.glob("*.py")
        for op in re.findall(r'"((?:field|live|devices|tickets)\.[a-z_]+)"', file.read_text())
        if not op.endswith((".css", ".js"))
    }
    assert {"field.checkpoint", "field.live", "live.report", "tickets.status"} <= asked
    for op in sorted(asked):
        reads = op == "tickets.status"
        assert centre.sign_in.identify(op, {}, LOCAL_CALLER, reads=reads) is LOCAL_CALLER, op


def test_where_people_were_and_patrolled_is_told_to_nobody_without_a_name(centre: Centre) -> None:
    for op in ("trail.read", "patrol.coverage", "patrol.rounds"):
        with pytest.raises(OperationRefused, match="sign in"):
            centre.sign_in.identify(op, {}, LOCAL_CALLER, reads=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[operator]]\nname = "a"\npassword = "secret"\n', "no Argon2 hash"),
        ('[[operator]]\nname = "a"\npassword = "$argon2id$x"\nroles = ["chief"]\n', "found 'chief'"),
        ('[[operator]]\nname = "a"\npassword = "$argon2id$x"\nstreets = ["S77"]\n', "S77"),
        ('[[operator]]\npassword = "$argon2id$x"\n', "name"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_is_told(tmp_path: Path, text: str, words: str) -> None:
    site = write_site(tmp_path)
    (site / "operators.toml").write_text(text)
    with pytest.raises(SiteInvalid) as wrong:
        load_site(site)
    told = " ".join(problem.text for problem in wrong.value.problems)
    assert words in told
    assert "secret" not in told.replace("'secret'", "")


def test_the_command_adds_lists_and_removes(tmp_path: Path) -> None:
    site = write_site(tmp_path)

    def command(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "console.app.cli", "operators", "--site", str(site), *words],
            input=given, capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ),
        )  # fmt: skip

    done = command(
        "add",
        "wang",
        "--display",
        "王芳",
        "--roles",
        "clerk",
        "--password-stdin",
        given="long enough 1\n",
    )
    assert done.returncode == 0, done.stderr
    assert load_site(site).operators[0].roles == {"clerk"}
    assert (site / "operators.toml").stat().st_mode & 0o077 == 0
    assert "long enough" not in (site / "operators.toml").read_text()
    assert "王芳" in command("list").stdout
    short = command("add", "li", "--password-stdin", given="short\n")
    assert short.returncode == 2
    assert "at least" in short.stderr
    assert command("remove", "nobody").returncode == 2
    assert command("remove", "wang").returncode == 0
    assert load_site(site).operators == ()
