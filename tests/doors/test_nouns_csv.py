"""CSV of what people keep: shown first, applied as shown or not at all, and read back as it was written."""

import csv
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallystick.doors.nouns.all import NOUNS
from tallystick.doors.nouns.csv_in import MOST_LINES, Effect, take, try_out
from tallystick.doors.nouns.csv_out import csv_lines
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.scoping import brand_scope
from tallystick.kit.delimited import BadFile
from tallystick.kit.letters import TURNS
from tallystick.kit.listing import Wish
from tallystick.partners.accounts.rules import Role
from tallystick.partners.partnerships.models import Partner
from tests.builders import Brand
from tests.doors.console_cast import Browser
from tests.people import TESTER, person, seat, signed_in

pytestmark = pytest.mark.django_db

PARTNER = NOUNS["partner"]
LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters=TURNS)
LINE = st.text(LETTERS, min_size=1, max_size=60)
FORMULA = st.builds(
    "".join, st.tuples(st.sampled_from(["=", "+", "-", "@", "'=", "''-", "\uff1d", "|", "%"]), LINE)
)


@pytest.fixture
def acme() -> Brand:
    return Brand("Acme")


@pytest.fixture
def manager(acme) -> Browser:
    somebody = person("Max")
    seat(somebody, acme.id, Role.MANAGER)
    return Browser(signed_in(somebody))


def written(noun) -> bytes:
    return "".join(
        csv_lines(noun, noun.listing.every(Wish(filters={"state": "all"} if noun.listing.given else {})))
    ).encode()


def upload(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("partners.csv", text.encode(), content_type="text/csv")


@pytest.mark.parametrize("noun", NOUNS.values(), ids=list(NOUNS))
def test_what_is_exported_and_imported_changes_nothing(acme, noun):
    with brand_scope(acme.id):
        content = written(noun)
        plan = try_out(noun, content, by=TESTER)
        assert {line.effect for line in plan.lines} <= {Effect.SAME}
        assert len(plan.lines) == len(content.decode().splitlines()) - 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=LINE | FORMULA, goal=st.text(max_size=80) | FORMULA)
def test_no_text_is_changed_by_a_file_or_runs_in_one(acme, name, goal):
    clean = "".join(letter for letter in goal if letter.isprintable() or letter == "\n")
    noun, handle = NOUNS["campaign"], "shop/c"
    said = {"program": "shop", "key": "c", "name": name, "starts_on": "2026-03-01", "ends_on": "2026-04-01"}
    with brand_scope(acme.id):
        form = noun.asked({**said, "cost": "12.50", "goal": clean}, noun.find(handle))
        if not name.strip():
            assert list(form.errors) == ["name"]
            return
        assert form.is_valid(), form.errors
        there = noun.find(handle)
        noun.put(there, form.cleaned_data, TESTER) if there else noun.open_(form.cleaned_data, TESTER)
        content = written(noun)
        (line,) = try_out(noun, content, by=TESTER).lines
    assert line.effect is Effect.SAME
    cells = [cell for row in csv.reader(content.decode().splitlines(keepends=True)) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_a_file_opens_changes_and_leaves_and_says_so_before(manager, acme):
    at = f"/{acme.key}/partners/import"
    text = "key,name,kind\r\nalice,Alice Again,content\r\nbob,Bob,voucher\r\ndora,Dora,creator\r\n"
    page = manager.client.post(at, {"file": upload(text)})
    words = page.content.decode()
    assert "Alice Again" in words
    with brand_scope(acme.id):
        assert not Partner.objects.filter(key="dora").exists()
        lines = AuditLine.objects.count()
    sealed = re.search(r'name="sealed" value="([^"]+)"', words)[1]
    done = manager.client.post(at, {"sealed": sealed}, follow=True)
    assert "1 new, 1 changed, 1 as they were" in done.content.decode()
    with brand_scope(acme.id):
        assert Partner.objects.get(key="alice").name == "Alice Again"
        assert Partner.objects.get(key="dora").kind == "creator"
        assert AuditLine.objects.count() == lines + 2


def test_a_file_with_one_mistake_does_nothing_and_names_its_place(manager, acme):
    text = "key,name,kind,contact\r\ndora,Dora,creator,\r\nerin,Erin,friend,nobody\r\n"
    page = manager.client.post(f"/{acme.key}/partners/import", {"file": upload(text)}).content.decode()
    assert "sealed" not in page
    for said in ('<td class="number">3</td>', "<td>kind</td>", "friend", "<td>contact</td>", "nobody"):
        assert said in page
    with brand_scope(acme.id):
        assert take(PARTNER, text.encode(), by=TESTER).is_whole is False
        assert not Partner.objects.filter(key="dora").exists()


def test_what_changed_since_it_was_shown_is_shown_again(manager, acme):
    at = f"/{acme.key}/partners/import"
    page = manager.client.post(at, {"file": upload("key,name\r\nalice,Alice Again\r\n")}).content.decode()
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)[1]
    with brand_scope(acme.id):
        PARTNER.put(
            PARTNER.find("alice"),
            {"name": "Somebody", "kind": "content", "website": "", "contact": ""},
            TESTER,
        )
    again = manager.client.post(at, {"sealed": sealed}).content.decode()
    assert "look at it again" in again
    with brand_scope(acme.id):
        assert Partner.objects.get(key="alice").name == "Somebody"


def test_a_sealed_file_is_good_for_nobody_else(manager, acme):
    at = f"/{acme.key}/partners/import"
    page = manager.client.post(at, {"file": upload("key,name\r\nalice,Alice Again\r\n")}).content.decode()
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)[1]
    other = person("Olga")
    seat(other, acme.id, Role.OWNER)
    answer = signed_in(other).post(at, {"sealed": sealed})
    assert answer.status_code == 400
    assert manager.client.post(f"/{acme.key}/channels/import", {"sealed": sealed}).status_code == 400
    assert manager.client.post(at, {"sealed": sealed[:-2]}).status_code == 400


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key,name,colour\r\na,A,red\r\n", "colour"),
        ("", "empty"),
        ("key,name\r\na\r\n", "line 2"),
        ("key,name,kind\r\na,A,content\r\na,A,content\r\n", "stands in line 2 already"),
        ("id,key,name,kind\r\nprt_00000000000000000000000000,a,A,content\r\n", "Nothing here has this id"),
        ("PK\x03\x04", "workbook"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_what_to_do(manager, acme, text, said):
    page = manager.client.post(f"/{acme.key}/partners/import", {"file": upload(text)}).content.decode()
    assert said in page
    assert "sealed" not in page


def test_a_file_that_is_too_long_is_refused(acme):
    lines = "".join(f"p{number},P,content\r\n" for number in range(MOST_LINES + 1))
    with brand_scope(acme.id), pytest.raises(BadFile, match="1,000 lines"):
        try_out(PARTNER, f"key,name,kind\r\n{lines}".encode(), by=TESTER)


def test_lines_name_other_rows_by_handle_or_id(acme):
    with brand_scope(acme.id):
        text = "partnership,key,destination,placement\r\nshop/alice,new-1,https://acme.example/,shop/alice/blog\r\n"
        assert take(NOUNS["link"], text.encode(), by=TESTER).counts == {Effect.NEW: 1}
        assert NOUNS["link"].values(NOUNS["link"].find("new-1"))["placement"] == "shop/alice/blog"
        foreign = "partnership,key,placement\r\nshop/bob,BOBNEW,shop/alice/blog\r\n"
        (line,) = try_out(NOUNS["code"], foreign.encode(), by=TESTER).of(Effect.WRONG)
        assert line.mistakes[0].column == "placement"
