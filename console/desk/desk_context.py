"""DeskContext: what every decision of the desk is made with, taken once per event or request.

Holds values, and what is kept between requests of them; the site may be reloaded between two requests, never within one.
"""

from __future__ import annotations

from msgspec import Struct

from config.directory import SiteDirectory
from config.settings import DeskSettings, UnitSettings
from console.desk.clock_rules import WorkingCalendar
from console.desk.fleet import FleetShelf
from console.desk.routing import Routing
from console.desk.step_clocks import Surroundings
from console.desk.transitions import SYSTEM, TransitionTable
from ingest.feed.log import Transaction

#: Who the desk itself is, in events and in the audit.
SYSTEM_ACTOR = "system"
SYSTEM_ROLES = frozenset({SYSTEM})


class DeskContext(Struct, frozen=True):
    directory: SiteDirectory
    calendar: WorkingCalendar
    table: TransitionTable
    routing: Routing
    fleets: FleetShelf

    @property
    def settings(self) -> DeskSettings:
        return self.directory.site.settings.desk

    @property
    def settings_of_units(self) -> UnitSettings:
        return self.directory.site.settings.units

    def around(self, tx: Transaction) -> Surroundings:
        """The surroundings of a decision made in this transaction."""
        return Surroundings(tx.now_utc_ns, self.calendar, self.settings, self.directory.item)

    def day(self, tx: Transaction) -> str:
        """The local day, for case ids."""
        return self.calendar.local(tx.now_utc_ns).strftime("%Y%m%d")
