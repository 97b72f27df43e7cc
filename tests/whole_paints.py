"""A grab shows what one paint event painted; a wall's event ends when its time is up."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def whole_paints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paint events take as long as they need; tests of the budget set their own."""
    monkeypatch.setattr("console.views.raster_painting.PAINT_BUDGET_S", float("inf"))
