"""operators.toml to values: who may sign in, with which roles and for which streets. Pure.

Tells every mistake; returns what is whole. Without the file nobody signs in and every seat may act.
"""

from __future__ import annotations

from config.problems import FileProblems, Noun, did_you_mean, one_of, shown
from config.site import GridId, Operator
from config.toml_document import read_toml
from config.toml_table import Table, tables_of

_KEYS = ("name", "display", "password", "roles", "streets")
#: The case loop's roles (DOMAIN §2); the transition table says what each may do.
OPERATOR_ROLES = ("clerk", "duty_head", "dispatcher", "department", "supervisor")
#: What `gridwall operators add` writes; anything else would be a password in the clear.
_HASH_BEGINS = "$argon2id$"


def read_operators(content: bytes, problems: FileProblems) -> tuple[Operator, ...]:
    """operators.toml."""
    document = read_toml(content, problems)
    if document is None:
        return ()
    found = [_operator(table) for table in tables_of(document, "operator", problems)]
    return tuple(operator for operator in found if operator is not None)


def _operator(table: Table) -> Operator | None:
    table.warn_unknown(_KEYS)
    name, password = table.identity("name"), table.text("password")
    if password is not None and not password.startswith(_HASH_BEGINS):
        table.error(
            "password",
            "no Argon2 hash",
            "the line `gridwall operators add` writes, never the password",
        )
        password = None
    roles, streets = _roles(table), _streets(table)
    if name is None or password is None or roles is None:
        return None
    display = table.text("display") if "display" in table.values else None
    return Operator(name, display or name, password, roles, streets)


def _roles(table: Table) -> frozenset[str] | None:
    """Absent: every role."""
    raw = table.values.get("roles")
    if raw is None:
        return frozenset(OPERATOR_ROLES)
    if not isinstance(raw, list) or not raw:
        table.error("roles", shown(raw), "a list of roles")
        return None
    for role in raw:
        if role not in OPERATOR_ROLES:
            hint = did_you_mean(role, OPERATOR_ROLES) if isinstance(role, str) else ""
            table.error("roles", shown(role) + hint, one_of(OPERATOR_ROLES))
            return None
    return frozenset(raw)


def _streets(table: Table) -> frozenset[GridId]:
    """Absent or empty: everywhere."""
    raw = table.values.get("streets")
    if raw is None:
        return frozenset()
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        table.error("streets", shown(raw), "a list of street ids of grid.geojson")
        return frozenset()
    for street in raw:
        table.refers(Noun.CELL, street, "streets")
    return frozenset(GridId(street) for street in raw)
