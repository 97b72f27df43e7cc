"""Datums: reference values of DOMAIN §3, round trips, and no shift outside China."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.datum import (
    bd09_to_wgs84,
    from_wgs84,
    gcj02_to_wgs84,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from config.geometry import GeoPoint, distance_m
from config.site import Datum

GCJ_REFERENCES = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
]


@pytest.mark.parametrize(("wgs", "gcj"), GCJ_REFERENCES)
def test_gcj02_reference_values(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    assert wgs84_to_gcj02(*wgs) == pytest.approx(gcj, abs=1e-9)
    assert gcj02_to_wgs84(*gcj) == pytest.approx(wgs, abs=1e-8)


def test_bd09_reference_value() -> None:
    """The reference was made with a one-step inverse, which is good to 2 m."""
    found = GeoPoint(*bd09_to_wgs84(29.199786, 120.019809))
    assert distance_m(found, GeoPoint(29.196131605295484, 120.00877901149691)) < 2.0


@given(lat=st.floats(18.5, 53.0), lon=st.floats(74.0, 134.5))
def test_there_and_back_again(lat: float, lon: float) -> None:
    gcj = gcj02_to_wgs84(*wgs84_to_gcj02(lat, lon))
    bd = bd09_to_wgs84(*wgs84_to_bd09(lat, lon))
    assert distance_m(GeoPoint(*gcj), GeoPoint(lat, lon)) < 0.01
    assert distance_m(GeoPoint(*bd), GeoPoint(lat, lon)) < 3.0


@pytest.mark.parametrize("place", [(60.17, 24.94), (1.3, 103.8), (-33.9, 151.2), (40.0, 140.0)])
def test_no_shift_outside_china(place: tuple[float, float]) -> None:
    assert wgs84_to_gcj02(*place) == place
    assert gcj02_to_wgs84(*place) == place


@pytest.mark.parametrize("datum", list(Datum))
def test_registers_are_written_in_the_system_they_are_read_in(datum: Datum) -> None:
    place = GeoPoint(31.2, 121.5)
    assert distance_m(to_wgs84(datum, *from_wgs84(datum, place)), place) < 3.0
