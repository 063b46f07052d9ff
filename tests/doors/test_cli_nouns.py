"""What people keep, by commands: listed, opened, changed, put away, written to files and read back."""

import csv
import io
import json
import sys

import pytest

from tallystick.doors.cli import app as command_line
from tallystick.doors.cli import errors
from tallystick.doors.nouns.all import NOUNS
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.scoping import brand_scope
from tallystick.partners.partnerships.models import Partner
from tests.builders import Brand

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme():
    return Brand()


@pytest.fixture
def tallystick(acme, capsys, monkeypatch):
    """Runs `tallystick ARGUMENTS` for Acme in this process; returns what it prints, and its exit code."""

    def run(*arguments, brand=None):
        monkeypatch.setattr(sys, "argv", ["tallystick", *arguments, "--brand", brand or acme.key])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            command_line.main()
        out, err = capsys.readouterr()
        return Ran(end.value.code or 0, out, err)

    return run


class Ran:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        assert self.code == 0, self.err
        return json.loads(self.out)


def partner(acme, key):
    with brand_scope(acme.id):
        return Partner.objects.get(key=key)


def test_every_noun_has_its_command():
    made = [name for name, place in command_line.COMMANDS.items() if ":" in place]
    assert made == list(NOUNS)


def test_a_partner_is_opened_and_shown(acme, tallystick):
    done = tallystick("partner", "add", "--key", "carol", "--name", "Carol", "--kind", "creator")
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("Opened the partner carol (prt_")
    assert tallystick("partner", "show", "carol", "--json").json["name"] == "Carol"
    assert "carol" in tallystick("partner", "show", "carol").out


def test_who_ran_the_command_is_in_the_audit_trail(tallystick, monkeypatch):
    monkeypatch.setenv("LOGNAME", "ada")
    tallystick("partner", "add", "--key", "carol", "--name", "Carol", "--kind", "creator")
    line = AuditLine.objects.get(act="partner.opened", actor_name="ada")
    assert (line.actor_kind, line.changes["key"]) == ("command", [None, "carol"])


def test_a_list_is_searched_filtered_ordered_and_cut(tallystick):
    listed = tallystick("partner", "list", "--sort", "-key", "--json").json
    assert (listed["total"], [each["handle"] for each in listed["partners"]]) == (
        3,
        ["mallory", "bob", "alice"],
    )
    found = tallystick("partner", "list", "--search", "ali", "--filter", "kind=content", "--json").json
    assert [each["key"] for each in found["partners"]] == ["alice"]
    cut = tallystick("partner", "list", "--limit", "1")
    assert cut.out.splitlines()[0].split()[:2] == ["handle", "name"]
    assert "2 more" in cut.err
    assert tallystick("partner", "list", "--search", "nobody").err == "No such partners.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list", "--filter", "colour=red"], "no filter"),
        (["list", "--filter", "colour"], "NAME=VALUE"),
        (["list", "--sort", "colour"], "no order"),
        (["add", "--key", "x"], "--name"),
        (["add", "--key", "x", "--name", "X", "--kind", "king"], "king"),
        (["add", "--key", "no spaces", "--name", "X", "--kind", "content"], "--key: A key has"),
        (["change", "alice"], "Say what changes: --name"),
        (["change", "alice", "--contact", "nowhere"], "--contact: "),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_what_is_asked_wrongly_is_said_in_a_sentence_and_nothing_happens(tallystick, arguments, said):
    acts = AuditLine.objects.count()
    ran = tallystick("partner", *arguments)
    assert (ran.code, ran.out) == (errors.USAGE, "")
    assert said in ran.err
    assert AuditLine.objects.count() == acts


def test_every_mistake_is_told_at_once(tallystick):
    wrong = ["--key", "a b", "--name", "X", "--kind", "content", "--website", "::", "--contact", "nowhere"]
    said = tallystick("partner", "add", *wrong).err
    assert all(f"{option}: " in said for option in ("--key", "--website", "--contact"))
    assert said.endswith("Nothing was changed.\n")


def test_a_key_that_is_taken_is_refused(tallystick):
    ran = tallystick("partner", "add", "--key", "alice", "--name", "Alice II", "--kind", "content")
    assert ran.code == errors.FAILED
    assert "alice" in ran.err


def test_a_name_that_nothing_has_is_not_found(tallystick):
    for verb in ("show", "change", "archive"):
        rest = ["--name", "X"] if verb == "change" else []
        ran = tallystick("partner", verb, "nobody", *rest)
        assert ran.code == errors.NOT_FOUND
        assert "There is no partner “nobody”" in ran.err


def test_a_change_says_what_was_and_what_is_and_leaves_the_rest(acme, tallystick):
    done = tallystick("partner", "change", "alice", "--name", "Alice A.", "--contact", "a@blog.example")
    assert "name: Alice → Alice A." in done.err
    assert "contact: – → a@blog.example" in done.err
    assert partner(acme, "alice").kind == "content"
    assert "was so already" in tallystick("partner", "change", "alice", "--name", "Alice A.").err
    tallystick("partner", "change", "alice", "--contact", "")
    assert partner(acme, "alice").contact == ""


def test_a_row_is_named_by_its_id_too(acme, tallystick):
    row_id = tallystick("partner", "show", "alice", "--json").json["id"]
    assert tallystick("partner", "show", row_id, "--json").json["key"] == "alice"


def test_acts_are_done_to_several_rows_or_to_none(tallystick):
    ran = tallystick("partner", "archive", "alice", "bob", "nobody")
    assert ran.code == errors.NOT_FOUND
    assert tallystick("partner", "list", "--filter", "state=archived", "--json").json["total"] == 0
    done = tallystick("partner", "archive", "alice", "bob", "--json")
    assert "The partner alice is now archived." in done.err
    assert [each["state"] for each in done.json] == ["archived", "archived"]


def test_a_partnership_is_paused_with_a_reason_and_goes_on(tallystick):
    assert tallystick("partnership", "pause", "shop/alice").code == errors.USAGE
    paused = tallystick("partnership", "pause", "shop/alice", "--reason", "The contract is checked")
    assert (paused.code, paused.err) == (0, "The partnership shop/alice is now paused.\n")
    again = tallystick("partnership", "pause", "shop/alice", "--reason", "Twice")
    assert (again.code, again.out) == (errors.FAILED, "")
    assert "resume" in again.err
    assert "active" in tallystick("partnership", "resume", "shop/alice").err


def test_a_file_that_was_written_changes_nothing_when_it_is_read_back(tallystick, tmp_path):
    file = tmp_path / "partners.csv"
    assert tallystick("partner", "export", str(file)).err == f"Wrote {file}.\n"
    done = tallystick("partner", "import", str(file), "--yes", "--json").json
    assert done["counts"] == {"new": 0, "changed": 0, "same": 3, "wrong": 0}


def test_a_place_that_cannot_be_written_is_named(tallystick, tmp_path):
    ran = tallystick("partner", "export", str(tmp_path / "nowhere" / "partners.csv"))
    assert (ran.code, "cannot be written: No such file" in ran.err) == (errors.FAILED, True)


def test_a_report_as_csv_is_neither_receipts_nor_json(tallystick, tmp_path):
    for other in ("--receipts", "--json"):
        assert tallystick("report", "--csv", str(tmp_path / "a.csv"), other).code == errors.USAGE


def test_a_file_is_written_to_standard_output_with_what_was_asked_for(tallystick):
    rows = list(csv.DictReader(io.StringIO(tallystick("partner", "export", "--search", "alice").out)))
    assert [row["key"] for row in rows] == ["alice"]


def test_a_file_is_tried_out_first_and_done_when_told_so(acme, tallystick, tmp_path):
    file = tmp_path / "partners.csv"
    file.write_text("key,name,kind\nalice,Alice A.,content\ncarol,Carol,creator\n")
    shown = tallystick("partner", "import", str(file))
    assert "line 2: changed alice\n    name: Alice → Alice A." in shown.out
    assert "line 3: new carol" in shown.out
    assert "Nothing was changed yet" in shown.err
    assert partner(acme, "alice").name == "Alice"
    assert tallystick("partner", "import", str(file), "--yes").err.endswith("Done.\n")
    assert (partner(acme, "alice").name, partner(acme, "carol").kind) == ("Alice A.", "creator")


def test_a_file_with_a_wrong_line_changes_nothing(acme, tallystick, tmp_path):
    file = tmp_path / "partners.csv"
    file.write_text("key,name,kind\nalice,Alice A.,content\ncarol,Carol,king\n")
    ran = tallystick("partner", "import", str(file), "--yes")
    assert ran.code == errors.CHECK_FAILED
    assert "line 3: wrong" in ran.out
    assert "kind 'king': " in ran.out
    assert "Nothing was changed" in ran.err
    assert partner(acme, "alice").name == "Alice"


def test_a_file_that_is_not_there_is_not_found(tallystick):
    assert tallystick("partner", "import", "nowhere.csv").code == errors.NOT_FOUND


def test_a_command_speaks_of_one_brand_only(acme, tallystick):
    zoe = Brand("Zoe")
    assert tallystick("partner", "change", "alice", "--name", "Taken", brand=zoe.key).code == 0
    assert partner(acme, "alice").name == "Alice"


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_says_what_each_of_its_commands_is_for(noun, capsys, monkeypatch):
    verbs = ["list", "show", "add", "change", "export", "import", *(act.name for act in NOUNS[noun].acts)]
    for verb in verbs:
        monkeypatch.setattr(sys, "argv", ["tallystick", noun, verb, "--help"])
        with pytest.raises(SystemExit) as end:
            command_line.main()
        assert end.value.code in (0, None)
        assert "Usage: tallystick" in capsys.readouterr().out


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_is_listed_and_exported(noun, tallystick):
    rows = tallystick(noun, "list", "--json").json[NOUNS[noun].plural]
    assert tallystick(noun, "list").code == 0
    assert len(tallystick(noun, "export").out.splitlines()) == len(rows) + 1
    for row in rows:
        assert tallystick(noun, "show", row["handle"], "--json").json == row
