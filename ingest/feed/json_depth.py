"""How deep JSON may go: a reader whose own stack is deeper than ours must be able to read it, too.

Decoders end at their language's recursion limit, which counts from where they were called: what one
process just took, the next could not read any more. So there is a limit of our own, far below.
"""

from __future__ import annotations

#: Objects and lists inside each other, in events and requests.
DEPTH_MOST = 64


def is_too_deep(body: bytes, value: object) -> bool:
    """Whether the JSON `body`, decoded as `value`, goes deeper than `DEPTH_MOST`."""
    if body.count(b"{") + body.count(b"[") <= DEPTH_MOST:
        return False  # nearly always: it cannot be deeper than it has brackets
    level: list[object] = [value]
    for _ in range(DEPTH_MOST + 1):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return [one for one in value.values() if isinstance(one, dict | list)]
    if isinstance(value, list):
        return [one for one in value if isinstance(one, dict | list)]
    return []
