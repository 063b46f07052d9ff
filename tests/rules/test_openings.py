"""Which partners, links and codes may be opened, and under which keys."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.partners.partnerships.rules import Directory, Origin, ProgramFacts, State
from tallystick.partners.programs.rules import is_key
from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.opening_rules import (
    assume,
    is_known,
    is_there,
    made_key,
    verify_opening,
)
from tallystick.tracking.events.wire import CodeBody, LinkBody, PartnerBody

ALICE, BOB, SEARCH = (
    Origin(partnership_id=UUID(int=1)),
    Origin(partnership_id=UUID(int=2)),
    Origin(channel_id=UUID(int=3)),
)
SHOP = ProgramFacts(
    "shop",
    "EUR",
    Directory(
        UUID(int=9),
        partners={"alice": ALICE, "bob": BOB},
        placements={("alice", "blog"): Origin(UUID(int=1), UUID(int=5))},
        links={"a-1": ALICE},
        codes={"ALICE10": ALICE},
    ),
    choices={("partner", "search"): SEARCH, ("partner", "a test"): None},
)
PROGRAMS = {"shop": SHOP}
ELSEWHERE = "https://shop.example/spring"


def refusal(body):
    with pytest.raises(Rejected) as caught:
        verify_opening(body, programs=PROGRAMS)
    return caught.value


@given(st.text(max_size=80), st.sets(st.text("abc-2", max_size=5)))
def test_a_made_key_can_be_a_key_and_is_free(name, taken):
    key = made_key(name, taken=taken)
    assert is_key(key)
    assert key == key.lower()
    assert key not in taken


def test_a_key_is_made_of_the_letters_of_the_name():
    assert made_key("Zoë's  Blog & Co.", taken=()) == "zoe-s-blog-co"
    assert made_key("Zoë", taken={"zoe", "zoe-2"}) == "zoe-3"
    assert made_key("ゾーイ", taken=()) == "partner"


@pytest.mark.parametrize(
    ("word", "state"),
    [(None, State.ACTIVE), ("Approved", State.ACTIVE), ("PENDING", State.APPLIED), ("banned", State.ENDED)],
)
def test_words_of_other_platforms_say_where_a_partnership_stands(word, state):
    assert verify_opening(PartnerBody(key="zoe", state=word), programs=PROGRAMS).state is state


def test_a_word_that_nobody_knows_says_nothing_about_a_partnership():
    assert refusal(PartnerBody(key="zoe", state="purring")).column == "state"


def test_a_web_address_may_be_written_as_people_write_it():
    assert verify_opening(PartnerBody(key="zoe", website="zoe.example"), programs=PROGRAMS).website == (
        "https://zoe.example"
    )
    for wrong in ("javascript:alert(1)", "https://", "zoe .example"):
        assert refusal(PartnerBody(key="zoe", website=wrong)).column == "website"
    assert refusal(PartnerBody(key="zoe", contact="zoe at home")).column == "contact"
    assert refusal(PartnerBody(key=" ")).column == "key"
    assert refusal(PartnerBody(key="zoe", name="\u202eeoz")).column == "name"


def test_a_link_leads_to_a_whole_address_and_stays_with_its_partner():
    link = verify_opening(
        LinkBody(key="a-2", partner="alice", placement="blog", destination=ELSEWHERE), programs=PROGRAMS
    )
    assert (link.partnership_id, link.placement_id) == (UUID(int=1), UUID(int=5))
    assert refusal(LinkBody(key="a-2", partner="alice", destination="/spring")).column == "destination"
    assert refusal(LinkBody(key="a-1", partner="bob", destination=ELSEWHERE)).column == "key"
    assert refusal(CodeBody(key="alice10", partner="bob")).column == "key"
    assert refusal(CodeBody(key="x", partner="search")).column == "partner"
    assert refusal(CodeBody(key="x", partner="zoe")).unknown == "partner"


def test_nothing_is_opened_for_a_name_that_counts_for_nothing():
    assert verify_opening(CodeBody(key="x", partner="a test"), programs=PROGRAMS) is None
    assert is_there(verify_opening(PartnerBody(key="a test"), programs=PROGRAMS), PROGRAMS)


def test_what_is_there_is_not_opened_again():
    def there(body):
        return is_there(verify_opening(body, programs=PROGRAMS), PROGRAMS)

    assert there(PartnerBody(key="alice"))
    assert there(CodeBody(key="alice10", partner="alice"))
    assert there(LinkBody(key="a-1", partner="alice", destination=ELSEWHERE))
    assert not there(PartnerBody(key="zoe"))


def test_what_would_be_opened_can_be_assumed_beforehand():
    zoe = verify_opening(PartnerBody(key="zoe"), programs=PROGRAMS)
    assert zoe
    assumed = assume(PROGRAMS, [zoe, zoe])
    assert "zoe" not in SHOP.directory.partners
    code = verify_opening(CodeBody(key="zoe10", partner="zoe"), programs=assumed)
    assert code
    assumed = assume(assumed, [code])
    assert is_known(assumed["shop"], "partner", "zoe")
    assert is_known(assumed["shop"], "code", "Zoe10")
    assert not is_known(assumed["shop"], "code", "NOBODY")
    assert is_known(SHOP, "placement", "alice/blog")
    assert not is_known(SHOP, "placement", "alice/tv")
