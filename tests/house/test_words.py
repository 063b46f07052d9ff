"""One word per idea: what the glossary refuses stands in no code, page or document."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.house.sources import PACKAGE, ROOT, files, words_of

GLOSSARY = PACKAGE / "kit" / "glossary.toml"
WORDS = tomllib.loads(GLOSSARY.read_text())["word"]

# Refused words that also are ordinary English (or Django's): only a name in code gives them away.
ONLY_AS_A_NAME = {"available", "accrued", "debit", "fraud"}
# "view" is Django's word for what answers a request.
SOMEBODY_ELSES = {"view"}
# The glossary itself, and what is made from it, name the words they refuse; so do names of other systems' columns.
QUOTING = {
    *("src/tallystick/kit/glossary.toml", "docs/reference/glossary.md", "docs/reference/presets.md"),
    "src/tallystick/tracking/imports/guessing/names.toml",
    *(path.relative_to(ROOT).as_posix() for path in (PACKAGE / "tracking/imports/presets").glob("*.toml")),
}


def refused_words() -> set[str]:
    """Words under `not` that are no term themselves: "link" is refused only for a placement."""
    terms = {word["term"] for word in WORDS}
    return {refused for word in WORDS for refused in word.get("not", [])} - terms - SOMEBODY_ELSES


def refused_in_text(text: str, refused: set[str]) -> set[str]:
    plurals = {word + "s": word for word in refused}
    return {plurals.get(word, word) for word in words_of(text)} & refused


def names_in(code: str) -> Iterator[str]:
    """Every name that a module gives: functions, classes, arguments, variables, attributes."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def findings(place: str, text: str) -> list[str]:
    refused = refused_words()
    found = refused_in_text(text, refused - ONLY_AS_A_NAME)
    if place.endswith(".py"):
        names = [*names_in(text), *Path(place).with_suffix("").parts]
        found |= refused_in_text(" ".join(names), refused)
    return sorted(f"{place}: {word!r}" for word in found)


def read_by_people() -> Iterator[Path]:
    yield from (path for path in files("src") if path.suffix in {".py", ".html", ".toml", ".css", ".js"})
    yield from (path for path in files("docs") if path.suffix == ".md")
    yield from ROOT.glob("*.md")


def test_refused_words_stand_nowhere():
    found: list[str] = []
    for path in read_by_people():
        place = path.relative_to(ROOT).as_posix()
        if place not in QUOTING and "vendor" not in path.parts:
            found += findings(place, path.read_text())
    assert not found, "\n".join(found)


def test_every_term_has_one_entry_with_a_sentence_that_ends():
    terms = [word["term"] for word in WORDS]
    assert sorted(terms) == sorted(set(terms))
    assert [word["term"] for word in WORDS if not re.search(r"[.…]$", word["meaning"])] == []
    assert [word for word in WORDS if set(word) - {"term", "meaning", "not"}] == []


def test_a_refused_word_is_found_in_code_pages_and_documents():
    assert findings("src/tallystick/a.py", "class MerchantAccount: ...") == [
        "src/tallystick/a.py: 'merchant'"
    ]
    assert findings("src/tallystick/a.html", "<h1>Publishers</h1>") == ["src/tallystick/a.html: 'publisher'"]
    assert findings("docs/how/a.md", "The lookback is 30 days.") == ["docs/how/a.md: 'lookback'"]


def test_ordinary_english_is_refused_only_as_a_name():
    assert findings("docs/a.md", "Chromium is not available.") == []
    assert findings("src/tallystick/a.py", "available_minor = 1") == ["src/tallystick/a.py: 'available'"]


def test_a_word_refused_for_one_idea_is_free_for_its_own():
    assert not {"link", "claim", "credit", "campaign"} & refused_words()
