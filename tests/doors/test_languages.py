"""Another language is a catalog beside the code: dropped in, it is offered; until then there is English alone."""

import ast
import struct
from datetime import date
from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.utils import translation

from scripts import messages
from tallystick.design import figures
from tallystick.doors import wording
from tallystick.kit.errors import Foreseen
from tallystick.project.languages import languages
from tests.house.sources import ROOT

pytestmark = pytest.mark.one_database

CATALOG = {
    "": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n",
    "There is nothing here": "Hier ist nichts",
    "Language": "Sprache",
    "there is no brand %(key)r": "es gibt keine Marke %(key)r",
    "j M Y": "j. F Y",
}


def compiled(texts: dict[str, str]) -> bytes:
    """A catalog as `msgfmt` writes it."""
    pairs = [(text.encode(), said.encode()) for text, said in sorted(texts.items())]
    start = 28 + 16 * len(pairs)
    tables: list[list[int]] = [[], []]
    body = b""
    for side in (0, 1):
        for pair in pairs:
            tables[side] += [len(pair[side]), start + len(body)]
            body += pair[side] + b"\0"
    head = [0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start]
    return struct.pack(f"<{len(head) + 4 * len(pairs)}I", *head, *tables[0], *tables[1]) + body


@pytest.fixture
def german(tmp_path: Path):
    """A house with a catalog for German."""
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(compiled(CATALOG))
    with override_settings(LANGUAGES=languages(tmp_path), LOCALE_PATHS=[tmp_path]):
        yield


def test_only_english_is_offered_while_there_is_no_other_catalog(client):
    assert languages() == [("en", "English")]
    answer = client.get("/nowhere/at/all", headers={"Accept-Language": "de"})
    assert '<html lang="en"' in answer.content.decode()
    assert 'name="language"' not in answer.content.decode()


def test_a_catalog_is_found_by_its_folder_and_called_by_its_own_name(tmp_path):
    for name in ("de", "pt_BR"):
        (tmp_path / name / "LC_MESSAGES").mkdir(parents=True)
        (tmp_path / name / "LC_MESSAGES" / "django.mo").touch()
    assert languages(tmp_path) == [("en", "English"), ("de", "Deutsch"), ("pt-br", "Português Brasileiro")]


@pytest.mark.django_db
def test_a_page_is_shown_in_the_language_of_the_browser(german, client):
    page = client.get("/nowhere/at/all", headers={"Accept-Language": "de, en;q=0.5"}).content.decode()
    assert '<html lang="de"' in page
    assert "Hier ist nichts" in page


@pytest.mark.django_db
def test_what_a_person_chose_goes_before_what_the_browser_says(german, client):
    answer = client.post("/-/language", {"language": "de", "next": "/nowhere/at/all"})
    assert answer["Location"] == "/nowhere/at/all"
    english = {"Accept-Language": "en"}
    assert "Hier ist nichts" in client.get("/nowhere/at/all", headers=english).content.decode()
    client.post("/-/language", {"language": "", "next": "/"})
    assert "Hier ist nichts" not in client.get("/nowhere/at/all", headers=english).content.decode()


@pytest.mark.parametrize("chosen", ["tlh", "de; path=/", ""])
def test_a_language_that_is_not_offered_is_not_taken(chosen):
    client = Client()
    answer = client.post("/-/language", {"language": chosen, "next": "https://evil.example/"})
    assert answer["Location"] == "/"
    assert not client.cookies["django_language"].value


def test_an_error_is_told_in_the_language_with_its_values(german):
    error = Foreseen("there is no brand %(key)r", key="acme")
    assert wording.sentence(error) == "There is no brand 'acme'."
    with translation.override("de", deactivate=True):
        assert wording.sentence(error) == "Es gibt keine Marke 'acme'."
        assert (
            wording.sentence(Foreseen("%(file)s: %(error)s", file="x", error=error))
            == "x: es gibt keine Marke 'acme'."
        )
        assert figures.count(12_330) == "12.330"
        assert figures.day(date(2026, 11, 1)) == "1. November 2026"
    assert str(error) == "there is no brand 'acme'"


def test_the_template_for_translators_is_in_step():
    place = messages.TEMPLATE.relative_to(ROOT)
    assert messages.TEMPLATE.read_text() == messages.render(), f"{place} is behind the texts: run make docs"


def test_texts_are_found_in_templates_in_python_and_in_errors():
    template = (
        '{% load i18n %}{% translate "A" %} '
        "{% blocktranslate count n=n %}one {{ n }}{% plural %}many{% endblocktranslate %}"
    )
    assert list(messages.of_template(template)) == [
        messages.Message("A"),
        messages.Message("one %(n)s", "many"),
    ]
    module = ast.parse(
        'class Bad(Foreseen): ...\nclass Worse(Bad): ...\n_("B")\nraise Worse("C %(x)s", x=1)\nprint("D")'
    )
    assert [each.text for each in messages.of_python(module, messages.foreseen([module]))] == ["B", "C %(x)s"]
