"""Sound at a seat: which tone, the mute badge, the player of the system, escalation to the others."""

from __future__ import annotations

import importlib.util
import sys
import wave
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.bridge.tone_player import PLAYERS, TonePlayer, installed_player, tone_file
from console.desk.case import CaseId
from console.desk.escalation_data import EscalationData
from console.state.keys import CommandId
from console.views.attention import Attention
from tests.console.seat_kit import case
from tests.console.views.conftest import Seat


def test_a_fire_sounds_until_space_and_a_parking_proposal_once_in_a_while(seat: Seat) -> None:
    tones: list[int] = []
    attention = Attention(seat.session, tones.append)
    now = seat.clock.utc_ns()
    seat.session.cases.apply([case(1, now_utc_ns=now)], now)
    assert tones == [3]
    seat.session.cases.apply([case(3, now_utc_ns=now, kind="fire", priority=1)], now)
    assert tones == [3, 1]
    seat.clock.advance(8.0)
    attention.look()
    assert tones == [3, 1, 1]
    seat.key(Qt.Key.Key_Space)  # the most urgent first
    assert CaseId("2026-000003") in seat.session.asking.acknowledged
    seat.key(Qt.Key.Key_Space)
    assert attention.state.is_quiet
    attention.close()


def test_a_mute_shows_what_is_left_of_it_and_goes_by_itself(seat: Seat) -> None:
    attention = Attention(seat.session, lambda _priority: None)
    header = seat.window.header
    attention.mute_changed.connect(header.show_mute)
    seat.commander.window_command.connect(
        lambda command: attention.toggle_mute() if command is CommandId.MUTE else None
    )
    seat.key(Qt.Key.Key_M)
    assert header.mute_text == "muted 10:00"
    seat.clock.advance(61.0)
    attention.look()
    assert header.mute_text == "muted 8:59"
    seat.clock.advance(540.0)
    attention.look()
    assert header.mute_text == ""
    attention.close()


def test_an_escalation_of_another_seat_is_read_here(seat: Seat) -> None:
    attention = Attention(seat.session, lambda _priority: None)
    seat.session.escalation_raised.emit(
        EscalationData(
            CaseId("2026-000009"), "fire", 1, "seat 2", "seat 3", 120.0, "2026-01-01T00:00:00Z"
        )
    )
    notice = seat.session.notice.get()
    assert notice is not None
    assert notice.text == "Fire: seat 2 has not acknowledged it for 2 min — seat 3 is asked"
    attention.close()


def test_the_shipped_tones_are_those_the_script_makes(tmp_path: Path) -> None:
    script = Path(tone_file(1)).with_name("make_tones.py")
    spec = importlib.util.spec_from_file_location("make_tones", script)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    for priority in (1, 2, 3):
        made.write(tmp_path / "tone.wav", priority)
        assert (tmp_path / "tone.wav").read_bytes() == Path(tone_file(priority)).read_bytes()
        with wave.open(tone_file(priority)) as file:
            assert file.getnframes() / file.getframerate() < 1.0


class TestThePlayer:
    @staticmethod
    def _player(
        command: list[str] | tuple[str, ...] | None,
    ) -> tuple[TonePlayer, list[str], list[None]]:
        told: list[str] = []
        bells: list[None] = []
        player = TonePlayer(lambda: bells.append(None), told.append, command)
        return player, told, bells

    def test_it_gives_the_file_to_the_systems_player(self, qtbot: QtBot, tmp_path: Path) -> None:
        proof = tmp_path / "played"
        code = f"import sys; open({str(proof)!r}, 'w').write(sys.argv[1])"
        player, told, bells = self._player([sys.executable, "-c", code])
        player.play(2)
        qtbot.waitUntil(
            lambda: proof.exists() and proof.read_text() == tone_file(2), timeout=10_000
        )
        assert (told, bells) == ([], [])
        player.close()

    def test_a_player_that_fails_is_told_once_and_the_bell_rings(self, qtbot: QtBot) -> None:
        player, told, bells = self._player([sys.executable, "-c", "raise SystemExit(3)"])
        for count in (1, 2):
            player.play(1)
            qtbot.waitUntil(lambda count=count: len(bells) == count, timeout=10_000)
        assert len(told) == 1
        player.close()

    def test_without_any_player_the_bell_rings(self, qtbot: QtBot) -> None:
        assert installed_player(lambda _name: None) is None
        assert installed_player(lambda name: name if name == "aplay" else None) == PLAYERS[-1]
        player, told, bells = self._player(["/nowhere/player"])
        player.play(1)
        assert len(bells) == len(told) == 1
        player.close()

    @pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX process")
    def test_a_new_tone_ends_the_one_that_sounds(self, qtbot: QtBot) -> None:
        player, told, _bells = self._player([sys.executable, "-c", "import time; time.sleep(60)"])
        player.play(3)
        player.play(1)
        player.close()
        assert told == []
