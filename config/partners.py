"""partners.toml to values: other platforms that cases are sent to and come from. Pure.

Secrets stand in files of their own, never here; which ones is told. Tells every mistake; returns what
is whole.
"""

from __future__ import annotations

from config.problems import FileProblems, shown
from config.site import Partner, PartnerId
from config.toml_document import read_toml
from config.toml_table import Table, is_number, tables_of

_KEYS = ("id", "name", "url", "we", "secret_files", "receipt_hours", "sends", "takes")
RECEIPT_HOURS_MOST = 24.0 * 30


def read_partners(content: bytes, problems: FileProblems) -> tuple[Partner, ...]:
    """partners.toml."""
    document = read_toml(content, problems)
    if document is None:
        return ()
    found = [_partner(table) for table in tables_of(document, "partner", problems)]
    return tuple(partner for partner in found if partner is not None)


def _partner(table: Table) -> Partner | None:
    table.warn_unknown(_KEYS)
    identity, name, url, we = (
        table.identity("id"), table.text("name"), table.text("url"), table.text("we"),
    )  # fmt: skip
    secrets, hours = _secret_files(table), _receipt_hours(table)
    sends, takes = _flag(table, "sends"), _flag(table, "takes")
    if url is not None and not url.startswith(("https://", "http://")):
        table.error(
            "url", shown(url), "where the partner's messages door is, https://…/exchange/v1"
        )
        url = None
    if identity is None or name is None or url is None or we is None or not secrets:
        return None
    return Partner(
        PartnerId(identity), name, url.rstrip("/"), we, secrets, hours * 3600.0, sends, takes
    )


def _secret_files(table: Table) -> tuple[str, ...]:
    raw = table.values.get("secret_files")
    if not isinstance(raw, list) or not raw or not all(isinstance(one, str) for one in raw):
        expected = (
            "files in the site folder with the shared secret: the one in use, then former ones"
        )
        table.error("secret_files", "nothing" if raw is None else shown(raw), expected)
        return ()
    return tuple(raw)


def _receipt_hours(table: Table) -> float:
    raw = table.values.get("receipt_hours", 24.0)
    if not is_number(raw) or not 0 < raw <= RECEIPT_HOURS_MOST:
        table.error(
            "receipt_hours", shown(raw), f"hours, above 0, at most {RECEIPT_HOURS_MOST:.0f}"
        )
        return 24.0
    return float(raw)


def _flag(table: Table, key: str) -> bool:
    raw = table.values.get(key, True)
    if not isinstance(raw, bool):
        table.error(key, shown(raw), "true or false")
        return True
    return raw
