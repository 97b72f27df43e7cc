"""What seats and hub agree on about signing in; apart, so that a seat needs no database."""

from __future__ import annotations

#: The key under which a request carries its operator's pass.
PASS_KEY = "operator_pass"
