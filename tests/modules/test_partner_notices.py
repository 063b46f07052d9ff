"""What the people of a partner are told when their partnership moves on."""

import pytest

from tallystick.foundation.jobs.models import Job
from tallystick.foundation.jobs.services import run_due
from tallystick.foundation.mail.models import Mail
from tallystick.foundation.mail.services import decline
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.partners.accounts.rules import Role
from tallystick.partners.partnerships.models import Partner, Partnership
from tallystick.partners.partnerships.services.partnerships import end, pause, resume
from tests.builders import Brand
from tests.people import TESTER, person, seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme():
    brand = Brand()
    with brand_scope(brand.id):
        yield brand


@pytest.fixture
def alice(acme):
    """Somebody who looks after the partner Alice, and after nothing else."""
    user = person("Alice")
    seat(user, acme.id, Role.PARTNER, partner=Partner.objects.get(key="alice"))
    return user


@pytest.fixture
def bob(acme):
    user = person("Bob")
    seat(user, acme.id, Role.PARTNER, partner=Partner.objects.get(key="bob"))
    return user


def partnership():
    return Partnership.objects.get(partner__key="alice")


def told():
    run_due(limit=50)
    return [(mail.to, mail.text) for mail in Mail.objects.order_by("created_at")]


def test_the_people_of_the_partner_are_told_and_nobody_else(alice, bob):
    pause(partnership(), by=TESTER, reason="Suspected of cookie stuffing")
    ((to, text),) = told()
    assert to == alice.email
    assert "now paused" in text
    assert "/portal/" in text


def test_the_reason_is_between_the_people_of_the_brand(alice):
    pause(partnership(), by=TESTER, reason="Suspected of cookie stuffing")
    assert "cookie" not in str(told())


def test_each_step_is_told_once_however_often_its_job_runs(alice):
    pause(partnership(), by=TESTER, reason="A check")
    resume(partnership(), by=TESTER, reason="")
    end(partnership(), by=TESTER, reason="The contract ends")
    assert len(told()) == 3
    Job.objects.update(state="waiting", next_at=clock.now())
    assert len(told()) == 3


def test_whoever_declined_is_not_told(alice):
    decline("partnership_state", address=alice.email, by=TESTER)
    pause(partnership(), by=TESTER, reason="A check")
    run_due(limit=50)
    assert Mail.objects.get().state == "declined"
