"""`${NAME}` in a site file: a secret that stands in the environment, never in the file. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def expanded(text: str, environment: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """`text` with every reference replaced, and the names that are not set (left as written)."""
    if "${" not in text:
        return text, ()
    missing = tuple(
        name for name in dict.fromkeys(_REFERENCE.findall(text)) if name not in environment
    )
    return _REFERENCE.sub(lambda m: environment.get(m.group(1), m.group(0)), text), missing
