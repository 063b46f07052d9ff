"""A partnership earns while it is active: what was earned stays, and nothing new is added in a pause."""

from datetime import date

from tallystick.foundation.scoping import brand_scope
from tallystick.measurement.attribution.models import Binding
from tallystick.partners.partnerships.rules import State
from tallystick.partners.partnerships.services.partners import open_partner
from tallystick.partners.partnerships.services.partnerships import open_partnership
from tallystick.partners.programs.models import Program
from tests.builders import ALL, Promoter, alice, bob, identify, newsletter, purchase, renewal
from tests.people import TESTER

dana = Promoter("dana", "Dana")


def invited(acme, promoter):
    """A partner is taken up that earns nothing before it is activated."""
    with brand_scope(acme.id):
        partner = open_partner(key=promoter.key, name=promoter.name, kind="content", by=TESTER)
        program = Program.objects.get(id=acme.program_id)
        open_partnership(program=program, partner=partner, state=State.INVITED, by=TESTER)


def test_a_pause_stops_credit_for_touches_and_for_conversions_inside_it(acme):
    acme.defines("sale", primary=True)
    acme.takes("pause", alice, at=5)
    acme.takes("resume", alice, at=10)
    acme.receives(
        alice.click("v1", at=1),
        purchase("before", visitor="v1", at=2),
        purchase("inside", visitor="v1", at=7),
        purchase("after", visitor="v1", at=12),
        alice.click("v2", at=6),
        purchase("touched inside", visitor="v2", at=12),
    )
    assert acme.shares("before") == {"Alice": ALL}
    assert acme.shares("inside") == {}
    assert acme.reasons("inside") == {"Alice": "partnership_not_active"}
    assert acme.shares("after") == {"Alice": ALL}
    assert acme.shares("touched inside") == {}


def test_what_a_paused_partner_does_not_get_goes_to_the_others_on_the_path(acme):
    acme.defines("sale", primary=True, model="linear")
    acme.takes("pause", alice, at=5)
    acme.receives(
        alice.click("v1", at=1),
        bob.click("v1", at=2),
        newsletter.click("v1", at=3),
        purchase("1", visitor="v1", at=6),
    )
    assert acme.shares("1") == {"Bob": ALL // 2, "Newsletter": ALL // 2}


def test_each_state_holds_from_its_own_instant_on(acme):
    acme.defines("sale", primary=True)
    acme.takes("pause", alice, at=5)
    acme.takes("resume", alice, at=10)
    acme.receives(
        alice.click("v1", at=4.999),
        purchase("at the pause", visitor="v1", at=5),
        purchase("at the end of it", visitor="v1", at=10),
    )
    assert acme.shares("at the pause") == {}
    assert acme.shares("at the end of it") == {"Alice": ALL}


def test_a_pause_that_is_written_after_the_decision_still_holds_from_its_instant(acme):
    acme.defines("sale", primary=True)
    acme.receives(
        alice.click("v1", at=1), purchase("1", visitor="v1", at=3), purchase("2", visitor="v1", at=7)
    )
    assert acme.shares("2") == {"Alice": ALL}
    acme.takes("pause", alice, at=5)
    acme.works()
    assert acme.shares("1") == {"Alice": ALL}
    assert acme.shares("2") == {}
    assert acme.decisions("1") == 1


def test_an_ended_partnership_earns_no_more_and_keeps_what_it_earned(acme):
    acme.defines("sale", primary=True)
    acme.takes("end", alice, at=5)
    acme.receives(
        alice.click("v1", at=1), purchase("1", visitor="v1", at=2), purchase("2", visitor="v1", at=6)
    )
    assert acme.shares("1") == {"Alice": ALL}
    assert acme.shares("2") == {}


def test_a_partner_earns_nothing_before_its_partnership_is_activated(acme):
    acme.defines("sale", primary=True)
    invited(acme, dana)
    acme.takes("accept", dana, at=2)
    acme.takes("activate", dana, at=3)
    acme.receives(
        dana.click("v1", at=2.5),
        purchase("1", visitor="v1", at=4),
        dana.click("v2", at=3.5),
        purchase("2", visitor="v2", at=4),
    )
    assert acme.shares("1") == {}
    assert acme.shares("2") == {"Dana": ALL}


def test_history_that_is_imported_counts_for_a_partnership_that_was_set_up_active(acme):
    acme.defines("sale", primary=True, effective_on=date(2020, 1, 1))
    acme.receives(alice.click("v1", at=-900), purchase("old", visitor="v1", at=-899))
    assert acme.shares("old") == {"Alice": ALL}


def test_a_renewal_in_a_pause_is_shared_by_the_others_of_the_binding_and_follows_it_again_afterwards(acme):
    acme.defines("sale", primary=True, binds=True, model="linear")
    acme.defines("renewal", events=["renewal"], credit_by="binding")
    acme.takes("pause", alice, at=10)
    acme.takes("resume", alice, at=20)
    acme.receives(
        identify("v1", "carol", at=0),
        alice.click("v1", at=1),
        alice.click("v1", at=2),
        bob.click("v1", at=3),
        newsletter.click("v1", at=4),
        purchase("1", customer="carol", at=5),
        renewal("r1", customer="carol", at=9),
        renewal("r2", customer="carol", at=15),
        renewal("r3", customer="carol", at=25),
    )
    quarter = ALL // 4
    assert acme.shares("r1") == {"Alice": 2 * quarter, "Bob": quarter, "Newsletter": quarter}
    assert acme.shares("r2") == {"Bob": ALL // 2, "Newsletter": ALL // 2}
    assert acme.reasons("r2") == {"Alice": "partnership_not_active"}
    assert acme.shares("r3") == acme.shares("r1")


def test_a_renewal_in_a_pause_of_the_only_partner_of_the_binding_is_credited_to_nobody(acme):
    acme.defines("sale", primary=True, binds=True)
    acme.defines("renewal", events=["renewal"], credit_by="binding")
    acme.takes("pause", alice, at=10)
    acme.receives(
        identify("v1", "carol", at=0),
        alice.click("v1", at=1),
        purchase("1", customer="carol", at=5),
        renewal("r1", customer="carol", at=15),
    )
    assert acme.shares("r1") == {}
    assert "none of them is eligible" in acme.order("r1").why_not
    with brand_scope(acme.id):
        assert Binding.objects.get().shares


def test_a_paused_partner_binds_nobody(acme):
    acme.defines("sale", primary=True, binds=True)
    acme.takes("pause", alice, at=1)
    acme.receives(
        identify("v1", "carol", at=0), alice.click("v1", at=0.5), purchase("1", customer="carol", at=5)
    )
    with brand_scope(acme.id):
        assert not Binding.objects.exists()


def test_the_trace_says_why_a_paused_partner_has_no_share(acme):
    acme.defines("sale", primary=True)
    acme.takes("pause", alice, at=1)
    click = alice.click("v1", at=2)
    acme.receives(click, purchase("1", visitor="v1", at=5))
    assert acme.why_not(click) == "The partnership was not active when the touch or the conversion happened."
