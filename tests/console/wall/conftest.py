"""Painting is awaited whole."""

from __future__ import annotations

from tests.whole_paints import whole_paints

__all__ = ["whole_paints"]
