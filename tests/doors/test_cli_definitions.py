"""Conversion definitions by commands: listed, shown, compared with a new version, published."""

import json
import sys

import pytest
import time_machine

from tallystick.doors.cli import app as command_line
from tallystick.doors.cli import errors
from tallystick.partners.programs.models import Brand as BrandRow
from tests.builders import Brand, alice, bob, day, identify, purchase
from tests.houses import house, twins

__all__ = ["house", "twins"]


SALE = """
key = "sale"
name = "Sale"
effective_on = 2026-06-01
primary = true
[meaning]
model = "linear"
windows = { click = 14 }
"""


@pytest.fixture
def acme(db):
    brand = Brand()
    brand.defines("sale", primary=True)
    return brand


@pytest.fixture
def tallystick(acme, capsys, monkeypatch):
    """Runs `tallystick definition ARGUMENTS` for Acme; returns its exit code and what it prints."""

    def run(*arguments):
        whole = ["tallystick", "definition", *map(str, arguments), "--brand", acme.key]
        monkeypatch.setattr(sys, "argv", whole)
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            command_line.main()
        return end.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "sale.toml"
    path.write_text(SALE)
    return path


def versions(tallystick):
    _, out, _ = tallystick("show", "sale", "--json")
    return json.loads(out)["versions"]


def test_definitions_are_listed_with_their_newest_version(tallystick):
    code, out, _ = tallystick("list")
    assert (code, out.splitlines()[1].split()) == (0, ["shop/sale", "Sale", "1", "2026-01-01", "True"])


def test_a_preview_says_what_would_be_different_and_publishes_nothing(tallystick, file):
    code, out, _ = tallystick("preview", file)
    assert code == 0
    assert out.splitlines()[:2] == [
        'windows: {"click": 30, "code_use": 30} → {"click": 14}',
        "model: last_touch → linear",
    ]
    assert "conversions: 0 → 0" in out
    assert len(versions(tallystick)) == 1


def test_a_preview_says_who_would_have_which_credit(house, file, capsys, monkeypatch):
    acme = Brand()
    acme.defines("sale", primary=True)
    acme.receives(
        alice.click("v1", at=15),
        bob.click("v1", at=20),
        identify("v1", "carol", at=21),
        purchase("1", at=22, customer="carol"),
    )
    monkeypatch.setattr(sys, "argv", ["tallystick", "definition", "preview", str(file), "--brand", acme.key])
    with time_machine.travel(day(23), tick=False), pytest.raises(SystemExit):
        command_line.main()
    table = [line.split() for line in capsys.readouterr().out.splitlines()[-3:]]
    assert table[1:] == [["alice", "Alice", "0", "0.50"], ["bob", "Bob", "1", "0.50"]]


def test_a_version_is_published_once(tallystick, file):
    for _ in range(2):
        code, _, err = tallystick("publish", file)
        assert (code, err) == (0, "sale version 2 is in force from 2026-06-01 on.\n")
    assert [each["effective_on"] for each in versions(tallystick)] == ["2026-01-01", "2026-06-01"]
    assert "model = linear" in tallystick("show")[1]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('"linear"', '"loudest"', "loudest"),
        ("2026-06-01", "2025-06-01", "effective_on"),
        ("2026-06-01", '"soon"', "effective_on"),
        ("[meaning]", "[meaning", "describes no version"),
        ('key = "sale"', 'key = "sale"\ncolour = "red"', "colour"),
    ],
)
def test_a_version_that_cannot_be_meant_is_refused(tallystick, file, was, becomes, said):
    file.write_text(SALE.replace(was, becomes))
    code, out, err = tallystick("publish", file)
    assert (code in (errors.FAILED, errors.USAGE), out) == (True, "")
    assert said in err
    assert len(versions(tallystick)) == 1


def test_what_is_not_there_is_not_found(tallystick, tmp_path):
    assert tallystick("show", "nothing")[0] == errors.NOT_FOUND
    assert tallystick("preview", tmp_path / "nowhere.toml")[0] == errors.NOT_FOUND


def test_a_brand_that_asks_for_two_people_is_not_overruled_by_a_command(acme, tallystick, file):
    BrandRow.objects.filter(id=acme.id).update(needs_second_person=True)
    code, _, err = tallystick("publish", file)
    assert code == errors.FAILED
    assert "wants two people" in err
    assert len(versions(tallystick)) == 1
