"""partners.toml: read whole, every mistake told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import check_site, load_site
from config.problems import Severity
from config.watch import SiteWatcher
from tests.config.site_folder import write_site

GOOD = """[[partner]]
id = "district"
name = "District"
url = "https://district.example/exchange/v1/"
we = "city"
secret_files = ["keys/new.secret", "keys/old.secret"]
receipt_hours = 2
takes = false
"""


def test_a_partner_is_read_with_its_defaults(tmp_path: Path) -> None:
    (partner,) = load_site(write_site(tmp_path, partners=GOOD)).partners
    assert partner.url == "https://district.example/exchange/v1"
    assert partner.secret_files == ("keys/new.secret", "keys/old.secret")
    assert (partner.receipt_s, partner.sends, partner.takes) == (7_200.0, True, False)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"https://district.example/exchange/v1/"', '"district"', "url"),
        ('["keys/new.secret", "keys/old.secret"]', "[]", "secret_files"),
        ("receipt_hours = 2", "receipt_hours = 0", "receipt_hours"),
        ("takes = false", 'takes = "no"', "takes"),
        ('we = "city"', "", "we"),
    ],
)
def test_what_is_wrong_is_told_with_its_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    site, problems = check_site(write_site(tmp_path, partners=GOOD.replace(old, new)))
    assert site is None
    (problem,) = (one for one in problems if one.severity is Severity.ERROR)
    assert problem.file == "partners.toml"
    assert problem.key is not None
    assert told in problem.key


def test_a_secret_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "new.secret").write_bytes(b"x" * 32)
    site, problems = check_site(write_site(tmp_path, partners=GOOD))
    assert site is not None
    (problem,) = problems
    assert "keys/old.secret" in problem.found
    assert problem.severity is Severity.WARNING


def test_a_change_is_told_as_the_sites_own(tmp_path: Path) -> None:
    """Neither partners nor operators are registers anybody reads over the socket."""
    watcher = SiteWatcher(load_site(write_site(tmp_path)))
    (tmp_path / "partners.toml").write_text(GOOD)
    diff = watcher.poll()
    assert diff is not None
    assert diff.changed == frozenset({"site"})
    assert len(diff.site.partners) == 1
