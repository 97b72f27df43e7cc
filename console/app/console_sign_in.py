"""SeatSignIn: who sits at this seat: asks at the start and at every hand-over, where the site names operators.

Joins parts; decides nothing. Threads: GUI thread; the hub is asked on errand threads.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from console.bridge.gui_thread import Errands
from console.bridge.signed_client import SignedClient, SignedIn
from console.state.session import ConsoleSession, Severity
from console.views.sign_in_dialog import SignInDialog
from console.views.words import translate
from ingest.errors import GridwallError


class SeatSignIn(QObject):
    """`lost` arrives from any thread when the hub does not take the pass."""

    lost = Signal()

    def __init__(
        self, session: ConsoleSession, client: SignedClient, errands: Errands, seat: str
    ) -> None:
        super().__init__()
        self._session, self._client, self._errands, self._seat = session, client, errands, seat
        self._parent: QWidget | None = None
        self._last_name = ""
        self.dialog: SignInDialog | None = None
        client.lost = self.lost.emit
        self.lost.connect(self._on_lost, Qt.ConnectionType.QueuedConnection)

    def start(self, parent: QWidget | None) -> None:
        """Asks who sits here, if the site wants to know."""
        self._parent = parent
        self._errands.run(self._client.is_needed, self._on_needed, lambda _error: None)

    def hand_over(self) -> None:
        """Ends the present operator's turn; the next one signs in."""
        self._client.sign_out()
        self._session.operator.set(None)
        self._errands.run(self._client.is_needed, self._on_asked, self._on_away)

    def _on_needed(self, needed: bool) -> None:
        if needed and not self._client.is_signed_in:
            self._ask()

    def _on_asked(self, needed: bool) -> None:
        if needed:
            self._ask()
        else:
            text = translate("SignIn", "This site names no operators: every seat may act.")
            self._session.say(text)

    def _on_away(self, error: GridwallError) -> None:
        self._session.say(str(error), Severity.PROBLEM)

    def _on_lost(self) -> None:
        self._session.operator.set(None)
        self._ask()

    def _ask(self) -> None:
        if self.dialog is not None:
            return
        self.dialog = SignInDialog(
            self._session.site.name, self._last_name, self._attempt, self._parent
        )
        self.dialog.finished.connect(self._on_closed)
        self.dialog.open()

    def _on_closed(self, _result: int) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _attempt(
        self, name: str, password: str, then: Callable[[], None], failed: Callable[[str], None]
    ) -> None:
        def taken(who: SignedIn) -> None:
            self._last_name = who.name
            self._session.operator.set(who.display)
            then()

        self._errands.run(
            lambda: self._client.sign_in(name, password, self._seat),
            taken,
            lambda error: failed(str(error)),
        )
