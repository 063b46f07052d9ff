"""Every address × everybody × one's own and another brand: who may come in stands in `RIGHTS`, and nowhere else.

The addresses are those of the URL conf, so a page that is added is here without a line; a page that nobody declared,
and an argument without a sample, fail. Each request is rolled back, so that all are asked of the same world.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction

from tallystick.doors.nouns.all import NOUNS
from tallystick.partners.accounts.rules import BRAND_ROLES, RIGHTS, Role, allows
from tests.doors.every_door import LITERAL, NEVER_ANSWERED, OF_PREFIX, Door, Place, doors, sample
from tests.doors.every_door_world import BOBS, Knocker, World
from tests.houses import twins

__all__ = ["twins"]

BRANDS = {"brand", "portal"}
PREFIXES = {noun.plural: noun.prefix for noun in NOUNS.values()}
ANSWERED = {"GET": {200, 302, 400}, "POST": {200, 302, 303, 400, 409}}
"""What whoever has the right is answered: the page, the way on, or what is wrong with what was said."""

KNOCKERS = (*BRAND_ROLES, "alice", "bob", "zoe", "zoes partner", "administrator", "nobody")
ON_EVERY_DATABASE = ("viewer", "alice", "zoe", "nobody")


def asked_by(*names: str) -> pytest.MarkDecorator:
    """For each of these people; most of them on one database only, for it is not the database that lets them in."""
    once = pytest.mark.one_database
    asked = [pytest.param(name, marks=() if name in ON_EVERY_DATABASE else once, id=name) for name in names]
    return pytest.mark.parametrize("name", asked)


everybody = asked_by(*KNOCKERS)
ALL = list(doors())
OURS = [door for door in ALL if door.declared]
WITH_A_PROVIDER = {"account:again"}
"""Pages that there are only where people sign in by a provider."""

RIGHT_INSIDE = {"files:file": "documents.read"}
"""Pages of a person that look for a right themselves: whoever has it not is told that there is nothing."""


@pytest.fixture(scope="module")
def world(twins, django_db_blocker) -> Iterator[World]:
    with django_db_blocker.unblock(), twins[0].entered():
        yield World()


@dataclass(frozen=True)
class Answer:
    """What came back: its status, where it leads or what went wrong, all of it in small letters."""

    status: int
    leads_to: str
    text: str


def knock(who: Knocker, method: str, address: str, **said: str) -> Answer:
    """Ask, and take back whatever it did. A fault of ours is an answer too: 500, with what went wrong."""
    ask = who.client.post if method == "POST" else who.client.get
    with transaction.atomic():
        response = ask(address, said or None)
        body = b"".join(response) if response.streaming else response.content
        transaction.set_rollback(True)
    raised = getattr(response, "exc_info", None)
    fault = repr(raised[1]) if raised else ""
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    text = f"{headers}\n{body.decode(errors='replace')}".lower()
    return Answer(response.status_code, response.get("Location", fault), text)


def test_every_address_is_declared_guarded_or_never_answered():
    open_to_anybody = [door.route for door in ALL if not door.declared and not door.is_guarded]
    assert sorted(set(open_to_anybody)) == sorted(NEVER_ANSWERED)


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(NEVER_ANSWERED))
def test_what_nobody_declared_is_not_there(client, route):
    assert client.get(f"/{route}").status_code == 404


def test_every_right_that_a_person_may_have_opens_something():
    named = {door.declared.right for door in OURS if door.declared} | set(RIGHT_INSIDE.values())
    only_by_key = {"announcements.read"}
    assert set(RIGHTS) - named == only_by_key


def test_a_page_of_a_brand_has_the_brand_in_its_address():
    for door in OURS:
        assert ("brand" in door.arguments) == (door.kind in ("brand", "portal")), door
        assert ("partner" in door.arguments) == (door.kind == "portal"), door


def test_every_argument_has_a_sample():
    place = Place("acme", "alice", defaultdict(lambda: "x"), "")
    for door in OURS:
        for argument in door.arguments:
            if argument not in dict(LITERAL.findall(door.route)) | dict(OF_PREFIX.findall(door.route)):
                assert sample(door, argument)(place)


def test_an_argument_without_a_sample_and_a_page_without_a_right_are_found():
    with pytest.raises(KeyError, match="give it a sample"):
        sample(Door("console:new", "<slug:brand>/new/<str:thing>", None, ("brand", "thing")), "thing")

    def page(_request):
        return None

    door = Door("console:new", "<slug:brand>/new", page, ("brand",))
    assert not door.declared
    assert not door.is_guarded


@everybody
def test_at_acme_everybody_is_answered_as_the_table_says(world, name):
    who = world.knockers[name]
    wrong = [
        finding(door, method, answer, expected)
        for door, method in knocked_at(BRANDS | {"installation", "person"}, who)
        for expected in [answers(who, door, method)]
        for answer in [knock(who, method, door.address(world.acme))]
        if answer.status not in expected or leaks(answer, who, door) or astray(who, answer)
    ]
    assert not wrong, "\n".join(wrong)


@asked_by(*(name for name in KNOCKERS if not name.startswith("zoe")))
def test_at_zoes_nobody_of_acme_finds_anything(world, name):
    who = world.knockers[name]
    expected = {302} if who.is_nobody else {404}
    wrong = [
        finding(door, method, answer, expected)
        for door, method in knocked_at(BRANDS, who)
        if method in methods(door)
        for answer in [knock(who, method, door.address(world.zoe))]
        if answer.status not in expected or leaks(answer, who, door)
    ]
    assert not wrong, "\n".join(wrong)


@everybody
def test_what_is_anothers_is_not_there_under_ones_own_address(world, name):
    """404 for whoever has the right; who has it not is told so before anything is looked for."""
    who = world.knockers[name]
    kinds = BRANDS if name.startswith("zoe") else BRANDS | {"person"}  # a page of theirs shows what is Zoë's
    wrong = [
        finding(door, method, answer, expected)
        for door, method in knocked_at(kinds, who)
        if door.ids and method in methods(door)
        for others in ([world.zoe, world.bob] if door.kind == "portal" else [world.zoe])
        for expected in [answers_without_the_row(who, door, method)]
        for answer in [knock(who, method, door.address(world.acme, ids=others))]
        if answer.status not in expected or leaks(answer, who, door)
    ]
    assert not wrong, "\n".join(wrong)


@everybody
def test_an_act_finds_no_rows_of_zoes(world, name):
    who = world.knockers[name]
    wrong = []
    for door, method in knocked_at({"brand"}, who):
        if door.name == "console:noun_act":
            hers = world.zoe.ids[PREFIXES[dict(LITERAL.findall(door.route))["plural"]]]
            address = f"{door.address(world.acme)}?row={hers}"
            answer = knock(who, method, address, row=hers, reason="because")
            expected = answers_without_the_row(who, door, method)
            if answer.status not in expected or leaks(answer, who, door):
                wrong.append(finding(door, method, answer, expected))
    assert not wrong, "\n".join(wrong)


@everybody
def test_what_anybody_may_see_tells_nothing_of_any_brand(world, name):
    who = world.knockers[name]
    wrong = [
        finding(door, method, answer, ANSWERED[method])
        for door, method in knocked_at({"public"}, who)
        if method in methods(door) and "token" not in door.arguments
        for answer in [knock(who, method, door.address(world.acme))]
        if answer.status >= 500 or leaks(answer, who, door)
    ]
    assert not wrong, "\n".join(wrong)


def test_a_shared_document_is_its_own_partners_and_no_others(world):
    (door,) = (each for each in OURS if each.name == "files:file")
    for name, place, expected in (
        ("alice", world.acme, 200),
        ("bob", world.acme, 404),
        ("alice", world.bob, 404),
        ("bob", world.bob, 200),
        ("zoes partner", world.acme, 404),
    ):
        assert knock(world.knockers[name], "GET", door.address(place)).status == expected, (name, place)


def test_the_words_that_tell_whose_something_is_do_stand_on_the_pages(world):
    """The control: the walk would notice a leak, for at home the same words are there."""
    owner, alice, zoe = (world.knockers[name] for name in ("owner", "alice", "zoe"))
    shown = sum(
        world.acme.canary in knock(owner, "GET", door.address(world.acme)).text
        for door, method in knocked_at({"brand"}, owner)
        if method == "GET" and method in methods(door)
    )
    assert shown > 50
    assert world.zoe.canary in knock(zoe, "GET", f"/{world.zoe.brand}/partners").text
    assert BOBS in knock(owner, "GET", f"/{world.acme.brand}/partners").text
    assert world.acme.canary in knock(alice, "GET", f"/portal/{world.acme.brand}/alice/").text


def knocked_at(kinds: Collection[str], who: Knocker) -> Iterator[tuple[Door, str]]:
    """The doors of some kinds, with the methods they answer; a method they do not answer is tried by nobody alone."""
    for door in OURS:
        if door.kind in kinds:
            for method in ("GET", "POST"):
                if who.is_nobody or method in methods(door):
                    yield door, method


def methods(door: Door) -> tuple[str, ...]:
    """What a door answers to."""
    assert door.declared
    return door.declared.methods


def answers(who: Knocker, door: Door, method: str) -> Collection[int]:
    """What somebody is answered at a door at home, by the table of rights."""
    if method not in methods(door):
        return {405}
    if who.is_nobody:
        return {302}
    right = door.declared.right if door.declared else None
    if door.kind == "person":
        return _by_a_page_of_ones_own(who, door, method)
    roles = {
        "brand": who.roles,
        "portal": {Role.PARTNER} if who.at_partner == "alice" else frozenset(),
        "installation": {Role.ADMINISTRATOR} if who.is_administrator else frozenset(),
    }[door.kind]
    if not roles:
        return {404}
    return ANSWERED[method] if allows(roles, right) else {403}


def answers_without_the_row(who: Knocker, door: Door, method: str) -> Collection[int]:
    """What somebody is answered where the page is theirs to ask, and what they ask for is not."""
    held = answers(who, door, method)
    return {404} if 200 in held else held


def _by_a_page_of_ones_own(who: Knocker, door: Door, method: str) -> Collection[int]:
    if door.name in RIGHT_INSIDE:
        is_let_in = allows(who.roles, RIGHT_INSIDE[door.name]) or who.at_partner == "alice"
        return {200} if is_let_in else {404}
    # The seat and the session of the samples are somebody else's for nearly everybody.
    return ANSWERED[method] | {404} if door.arguments or door.name in WITH_A_PROVIDER else ANSWERED[method]


def leaks(answer: Answer, who: Knocker, door: Door) -> list[str]:
    """The words of others that stand in an answer."""
    if who.is_administrator and door.kind not in BRANDS:
        return []  # They look after people and mail of all brands.
    return [word for word in who.sees_not if word in answer.text]


def astray(who: Knocker, answer: Answer) -> bool:
    """Whether somebody who is not signed in is sent elsewhere than to sign in."""
    return who.is_nobody and answer.status == 302 and not answer.leads_to.startswith("/account/login/?next=")


def finding(door: Door, method: str, answer: Answer, expected: Collection[int]) -> str:
    """What is wrong with an answer, for whoever has to mend it."""
    said = f"{answer.status} {answer.leads_to}".strip()
    return f"{method} {door.route} ({door.name}): {said}, expected {sorted(expected)}"
