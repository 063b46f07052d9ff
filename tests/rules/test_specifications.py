"""Every identifier that the rules cite is specified in prose."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
IDENTIFIER = re.compile(
    r"\b(?:API|ATTR|AUDIT|EO|EVENT|FILE|IMPORT|INBOX|JOB|KPI|MONEY|OUTBOX|RATE|WH)-[A-Z]+(?:-[A-Z]+)*\b"
)


def identifiers(folder, suffix):
    return {
        found
        for path in (ROOT / folder).rglob(f"*{suffix}")
        for found in IDENTIFIER.findall(path.read_text(encoding="utf-8"))
    }


def test_every_cited_identifier_is_explained():
    assert identifiers("src/tallystick", ".py") - identifiers("docs/explain", ".md") == set()


def test_every_explained_identifier_is_cited():
    assert identifiers("docs/explain", ".md") - identifiers("src/tallystick", ".py") == set()
