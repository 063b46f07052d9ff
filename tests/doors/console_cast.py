"""The console as a test sees it: installations with a story in them, and pages read as a browser would."""

import csv
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from uuid import UUID

from django.test import Client

from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.rules import Role
from tests.browser.story import story_lines
from tests.house.sources import PACKAGE
from tests.houses import MAX_CUSTOMERS
from tests.installs import Install
from tests.people import person, seat, signed_in

DEMO = PACKAGE / "project" / "demo"
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source"}
EVERY = 10


def fill(install: Install) -> None:
    """Acme with every tenth session of the demo, and the story of a few customers."""
    folder = install.data_dir
    header, *rows = (DEMO / "sessions.csv").read_text().splitlines()
    (folder / "sessions.csv").write_text("\n".join([header, *rows[::EVERY]]) + "\n")
    lines = story_lines(datetime.now(UTC))
    (folder / "story.ndjson").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    for command in (
        ("init", "--setup", DEMO / "setup.toml"),
        ("import", folder / "sessions.csv", "--mapping", DEMO / "mapping.toml"),
        ("import", folder / "story.ndjson"),
    ):
        done = install.run(*command, env={"TALLYSTICK_IDENTITY_MAX_CUSTOMERS": str(MAX_CUSTOMERS)})
        assert done.returncode == 0, done.stderr


@dataclass
class Element:
    """A tag with its attributes, the text inside it, and the classes it stands in."""

    tag: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class Read(HTMLParser):
    """A page: its elements in order, checked to be well nested, and what must not be in it."""

    html: str
    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.html)
        assert self.open == [], f"never closed: {[each.tag for each in self.open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, tag: str, of_class: str = "") -> list[Element]:
        """The elements of a tag, and of a class where one is given."""
        return [
            each
            for each in self.elements
            if each.tag == tag and (not of_class or of_class in (each.attributes.get("class") or "").split())
        ]

    def one(self, tag: str, of_class: str = "") -> Element:
        (found,) = self.all(tag, of_class)
        return found

    @property
    def words(self) -> str:
        """Everything a person reads, with single spaces."""
        return spaced(self.all("body")[0].text)

    @property
    def links(self) -> list[str]:
        return [each.attributes["href"] or "" for each in self.all("a")]


def spaced(text: str) -> str:
    return " ".join(text.split())


@dataclass
class Browser:
    """A client that reads; `who` is signed in, if anybody is."""

    client: Client
    who: User | None = None

    @classmethod
    def of(cls, name: str) -> "Browser":
        """The browser of a person who has no seat yet."""
        somebody = person(name)
        return cls(signed_in(somebody), somebody)

    def sits_in(self, brand_id: UUID, role: Role = Role.OWNER) -> None:
        """Give the person a seat in a brand."""
        assert self.who
        seat(self.who, brand_id, role)

    def get(self, address: str, status: int = 200) -> Read:
        """The page at an address, which must answer with a status."""
        answer = self.client.get(address)
        assert answer.status_code == status, (
            f"{address}: {answer.status_code}\n{answer.content.decode()[:4000]}"
        )
        return Read(answer.content.decode())

    def csv(self, address: str) -> list[dict[str, str]]:
        answer = self.client.get(address)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        return list(csv.DictReader(answer.content.decode().splitlines()))
