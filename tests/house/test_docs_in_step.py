"""The generated pages of docs/ say what the code says; `make docs` writes them anew."""

import re

import pytest

from scripts.generate_docs import PAGES
from tests.house.sources import ROOT, files


@pytest.mark.parametrize("place", PAGES)
def test_the_page_is_what_make_docs_would_write(place):
    path = ROOT / place
    assert path.exists(), f"{place} is missing: run make docs"
    assert path.read_text() == PAGES[place](), f"{place} is behind the code: run make docs"


def test_every_reference_page_is_generated():
    pages = [path.relative_to(ROOT).as_posix() for path in files("docs/reference")]
    assert sorted(pages) == sorted(place for place in PAGES if place.startswith("docs/reference/"))


def test_every_link_between_the_documents_leads_to_a_file():
    broken = []
    for page in [*files("docs"), *ROOT.glob("*.md")]:
        if page.suffix == ".md":
            broken += [f"{page.relative_to(ROOT)}: {target}" for target in dead_links(page.read_text(), page)]
    assert not broken, "\n".join(broken)


def dead_links(text, page):
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    return [
        target
        for target in targets
        if not target.startswith(("http:", "https:", "mailto:")) and not (page.parent / target).exists()
    ]


def test_a_dead_link_is_found():
    page = ROOT / "README.md"
    assert dead_links("[a](LICENSE) [b](docs/nowhere.md#part) [c](https://example.org)", page) == [
        "docs/nowhere.md"
    ]
