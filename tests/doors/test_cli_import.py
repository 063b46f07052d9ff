"""Files by commands: looked at, tried, imported, stopped, gone on with; names, corrections, the shop's orders."""

import csv
import io
import json
import os
import signal
import sys
from types import SimpleNamespace

import pytest

from tallystick.doors.cli import app as command_line
from tallystick.doors.cli import errors
from tallystick.foundation.scoping import brand_scope
from tallystick.tracking.events.models import Event
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.receiving import receive
from tallystick.tracking.imports.services import running, turns
from tests.builders import Brand
from tests.houses import house, twins

pytestmark = pytest.mark.one_database

__all__ = ["house", "twins"]

MAPPING = """name = "orders"
decimal = ","
zone = "Europe/Berlin"
key = ["Number"]
[fields]
occurred_at = { column = "Date", format = "%d.%m.%Y %H:%M" }
customer = { column = "Customer" }
[[events]]
kind = "code_use"
when = { column = "Voucher", filled = true }
fields.code = { column = "Voucher" }
[[events]]
kind = "purchase"
fields.order = { column = "Number" }
fields.amount = { column = "Total" }
"""
FILE = """Number;Date;Customer;Voucher;Total
A-1;02.03.2026 10:00;carol;ALICE10;80,00
A-2;02.03.2026 11:00;dora;NOPE;1.280,00
A-3;32.03.2026 11:00;erin;;12,00
"""
LIST = """name = "list"
key = ["Name"]
zone = "Europe/Berlin"
[[orders]]
fields.order = { column = "Name" }
fields.ordered_at = { column = "At" }
fields.amount = { column = "Total" }
"""


class Ran:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        assert self.code == 0, self.err
        return json.loads(self.out)


@pytest.fixture
def acme(house):
    return Brand()


@pytest.fixture
def tallystick(acme, capsys, monkeypatch):
    """Runs `tallystick ARGUMENTS` for Acme in this process; returns what it prints, and its exit code."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tallystick", *map(str, arguments), "--brand", acme.key])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            command_line.main()
        return Ran(end.value.code or 0, *capsys.readouterr())

    return run


@pytest.fixture
def files(tmp_path):
    (tmp_path / "orders.csv").write_text(FILE)
    (tmp_path / "orders.toml").write_text(MAPPING)
    return SimpleNamespace(folder=tmp_path, orders=tmp_path / "orders.csv", mapping=tmp_path / "orders.toml")


def counted(acme):
    with brand_scope(acme.id):
        return sorted(Event.objects.values_list("kind", "amount_minor"))


def imports(acme):
    with brand_scope(acme.id):
        return [(row.name, row.state, row.rows) for row in Import.objects.order_by("created_at")]


def test_a_dry_run_says_what_the_import_then_does_and_keeps_nothing(acme, tallystick, files):
    tried = tallystick("import", files.orders, "--mapping", files.mapping, "--dry-run", "--json").json
    assert (imports(acme), counted(acme)) == ([], [])
    assert [(each["line"], each["column"], each["value"]) for each in tried["problems"]] == [
        (3, "Voucher", "NOPE"),
        (4, "Date", "32.03.2026 11:00"),
    ]
    done = tallystick("import", files.orders, "--mapping", files.mapping, "--json").json
    assert done["tally"] == tried["tally"]
    assert (done["accepted"], done["duplicate"], done["conflict"]) == (3, 0, 0)
    assert counted(acme) == [("code_use", None), ("purchase", 8000)]


def test_it_ends_with_a_reconciliation_and_what_to_do_next(tallystick, files):
    done = tallystick("import", files.orders, "--mapping", files.mapping)
    assert done.code == 0
    lines = [line.split() for line in done.out.splitlines()]
    assert ["rows", "counted", "duplicate", "ignored", "quarantined"] in lines
    assert ["3", "1", "0", "0", "2"] in lines
    assert ["purchase", "1", "80.00", "EUR"] in lines
    assert ["code", "NOPE", "shop", "1"] in lines
    assert "tallystick quarantine --import imp_" in done.err
    assert "tallystick names list" in done.err
    again = tallystick("import", files.orders, "--saved", "orders")
    assert ["3", "0", "3", "0", "0"] in [line.split() for line in again.out.splitlines()]


def test_a_guess_is_printed_and_nothing_is_imported(acme, tallystick, files):
    done = tallystick("import", files.orders)
    assert done.code == errors.USAGE
    assert 'fields.amount = { column = "Total" }' in done.out
    assert "--write-mapping" in done.err
    assert imports(acme) == []
    written = files.folder / "guess.toml"
    assert tallystick("import", files.orders, "--write-mapping", written).code == 0
    assert written.read_text().startswith("name = ")
    assert tallystick("import", files.orders, "--write-mapping", written).code == errors.USAGE
    assert imports(acme) == []


def test_a_file_that_leaves_no_doubt_is_imported_and_it_is_said_why(acme, tallystick, files):
    partners = files.folder / "partners.csv"
    row = "pn_1,Zed,zed@example.org,DE,approved,Default,2026-01-01T00:00:00Z"
    partners.write_text(f"ID,Name,Email,Country,Status,Group,Enrolled at\n{row}\n")
    done = tallystick("import", partners)
    if done.code == errors.USAGE:  # a preset that asks a person to look is a guess, too
        done = tallystick("import", partners, "--preset", "dub_partners")
    assert done.code == 0, done.err
    assert "Dub" in done.err or "partners" in done.out
    assert imports(acme) == [("partners.csv", "received", 1)]


def test_whole_events_need_no_mapping_and_standard_input_is_a_file(acme, tallystick, monkeypatch):
    event = b'{"kind": "lead", "occurred_at": "2026-03-02T09:00:00Z", "customer": "carol"}\n'
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(event)))
    assert tallystick("import", "-", "--json").json["accepted"] == 1
    assert counted(acme) == [("lead", None)]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nowhere.csv"], errors.NOT_FOUND, "There is no file nowhere.csv"),
        (["{orders}", "--mapping", "nowhere.toml"], errors.NOT_FOUND, "There is no file nowhere.toml"),
        (["{orders}", "--mapping", "{orders}"], errors.FAILED, "cannot be used"),
        (["{orders}", "--saved", "nothing"], errors.NOT_FOUND, "no saved mapping 'nothing'"),
        (["{orders}", "--preset", "nothing"], errors.NOT_FOUND, "no preset 'nothing'"),
        (["{orders}", "--preset", "dub_partners"], errors.USAGE, "not what Dub: partners looks like"),
        (["{orders}", "--saved", "a", "--preset", "b"], errors.USAGE, "Name one mapping"),
        (["{orders}", "--mapping", "{mapping}", "--program", "nothing"], errors.NOT_FOUND, "shop"),
        (["{folder}"], errors.FAILED, "directory"),
    ],
)
def test_what_cannot_be_imported_is_said_and_leaves_nothing(acme, tallystick, files, arguments, code, said):
    done = tallystick("import", *(text.format(**vars(files)) for text in arguments))
    assert (done.code, said in done.err) == (code, True), done.err
    assert imports(acme) == []


def test_ctrl_c_stops_cleanly_and_the_same_command_goes_on(acme, tallystick, files, monkeypatch):
    monkeypatch.setattr(running, "steps", one_by_one)
    append = receive.append

    def appended(step, *, store):
        if len(store.read(acme.id, None, 10).receipts) == 1:
            os.kill(os.getpid(), signal.SIGINT)
        return append(step, store=store)

    monkeypatch.setattr(running, "append", appended)
    stopped = tallystick("import", files.orders, "--mapping", files.mapping)
    assert stopped.code == errors.INTERRUPTED
    assert "Stopped: 2 rows are kept. The same command goes on from there." in stopped.err
    assert imports(acme) == [("orders.csv", "stopped", 2)]
    monkeypatch.setattr(running, "append", append)
    done = tallystick("import", files.orders, "--mapping", files.mapping, "--json").json
    assert (done["rows"], done["accepted"], done["duplicate"]) == (3, 3, 0)
    assert imports(acme) == [("orders.csv", "received", 3)]


def test_an_import_that_another_process_takes_over_is_left_to_that(acme, tallystick, files, monkeypatch):
    monkeypatch.setattr(running, "steps", one_by_one)
    append = receive.append

    def appended(step, *, store):
        if len(store.read(acme.id, None, 10).receipts) == 1:
            turns.take(Import.objects.get())
        return append(step, store=store)

    monkeypatch.setattr(running, "append", appended)
    left = tallystick("import", files.orders, "--mapping", files.mapping)
    assert (left.code, "Another process has taken orders.csv over" in left.err) == (errors.FAILED, True)
    assert imports(acme) == [("orders.csv", "receiving", 1)]


def one_by_one(receipts):
    for receipt in receipts:
        yield [receipt]


def test_a_row_is_shown_corrected_and_counts(acme, tallystick, files):
    tallystick("import", files.orders, "--mapping", files.mapping)
    waiting = tallystick("quarantine", "--import", "orders.csv", "--json").json
    assert [each["line"] for each in waiting["receipts"]] == [3, 4]
    receipt = waiting["receipts"][1]["id"]
    shown = tallystick("quarantine", "show", receipt)
    assert "32.03.2026 11:00" in shown.out
    assert tallystick("quarantine", "show", receipt, "--json").json["rows"][0]["Number"] == "A-3"
    wrong = tallystick("quarantine", "correct", receipt, "--set", "Total=twelve")
    assert (wrong.code, "It waits again" in wrong.err) == (0, True)
    (receipt,) = (
        each["id"] for each in tallystick("quarantine", "--json").json["receipts"] if each["line"] == 4
    )
    done = tallystick(
        "quarantine", "correct", receipt, "--set", "Total=12,00", "--set", "Date=28.02.2026 11:00"
    )
    assert done.err.endswith("released; it counts.\n")
    assert ("purchase", 1200) in counted(acme)


def test_one_value_is_corrected_in_all_rows_of_a_mapping(acme, tallystick, files):
    files.orders.write_text(FILE.replace("32.03", "28.02").replace("12,00", "x").replace("80,00", "x"))
    tallystick("import", files.orders, "--mapping", files.mapping)
    pair = ("--where", "Total=x", "--set", "Total=5,00")
    done = tallystick("quarantine", "correct", "--mapping", "orders", *pair, "--json").json
    assert done == {"released": 2, "waiting": 0, "kept": 0, "left": 0}
    assert counted(acme).count(("purchase", 500)) == 2
    for wrong in (
        ["--set", "Total=1"],
        ["rcp_x", *pair],
        ["--mapping", "orders", "--where", "A=1", "--set", "B=2"],
    ):
        assert tallystick("quarantine", "correct", *wrong).code == errors.USAGE


def test_a_name_is_said_once_and_what_waited_counts(acme, tallystick, files):
    tallystick("import", files.orders, "--mapping", files.mapping)
    unknown = tallystick("names", "list", "--json").json["unknown"]
    assert unknown == [{"program": "shop", "role": "code", "value": "NOPE", "rows": 1}]
    assert tallystick("names", "map", "code", "NOPE", "nobody").code == errors.NOT_FOUND
    assert tallystick("names", "house", "code", "NOPE", "nowhere").code == errors.NOT_FOUND
    done = tallystick("names", "map", "code", "NOPE", "bob", "--json").json
    assert (done["to"], done["released"]) == ("shop/bob", 1)
    assert ("purchase", 128000) in counted(acme)
    assert "shop/bob" in tallystick("names", "list").out
    assert tallystick("names", "forget", "code", "NOPE").code == 0
    assert tallystick("names", "forget", "code", "NOPE").code == errors.NOT_FOUND
    assert tallystick("names", "ignore", "code", "nope").err.startswith("The code 'nope' counts for nothing")
    opened = tallystick("names", "open", "partner", "Zed & Co", "--kind", "voucher", "--json").json
    assert opened["to"] == "shop/zed-co"
    assert tallystick("names", "house", "channel", "News", "newsletter", "--json").json["to"] == "newsletter"


def test_mappings_are_listed_shown_checked_and_saved(tallystick, files):
    assert tallystick("mapping", "save", files.mapping, "--json").json == {"name": "orders", "version": 1}
    assert tallystick("mapping", "show", "orders").out == MAPPING
    assert tallystick("mapping", "show", "dub_partners").out.startswith("name = ")
    assert tallystick("mapping", "show", "nothing").code == errors.NOT_FOUND
    listed = tallystick("mapping", "list", "--json").json
    assert [each["makes"] for each in listed["saved"]] == [["code_use", "purchase"]]
    assert len(listed["presets"]) > 12


def test_a_mapping_is_checked_before_anything_is_imported(files, capsys, monkeypatch):
    def check(*arguments):
        monkeypatch.setattr(sys, "argv", ["tallystick", "mapping", "check", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            command_line.main()
        return end.value.code or 0, capsys.readouterr().out

    code, out = check(files.mapping, "--against", files.orders)
    assert (code, "makes: code_use, purchase" in out) == (0, True)
    files.orders.write_text("a;b\n1;2\n")
    assert check(files.mapping, "--against", files.orders)[0] == errors.FAILED
    files.mapping.write_text("name = ")
    assert check(files.mapping)[0] == errors.FAILED


def test_the_shops_list_is_compared_and_written_without_live_formulas(tallystick, files):
    assert "reported no orders yet" in tallystick("orders").err
    tallystick("import", files.orders, "--mapping", files.mapping)
    (files.folder / "list.toml").write_text(LIST)
    shop = files.folder / "list.csv"
    shop.write_text("Name,At,Total\n#A-1,2026-03-02 10:00,80.00\n=A-9,2026-03-03,10.00\n")
    tallystick("import", shop, "--mapping", files.folder / "list.toml")
    found = tallystick("orders", "--json").json
    assert (found["tracking_loss"]["lost"], found["tracking_loss"]["expected"]) == (1, 2)
    assert "1 of 2 orders" in tallystick("orders").out
    assert tallystick("orders", "--only", "matched", "--json").json["total"] == 1
    assert tallystick("orders", "--only", "lost").code == errors.USAGE
    assert tallystick("orders", "--from", "yesterday").code == errors.USAGE
    out = files.folder / "out.csv"
    assert tallystick("orders", "--csv", out).code == 0
    with out.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["order"], row["verdict"]) for row in rows] == [("'=A-9", "missing"), ("#A-1", "matched")]
