"""Behind a proxy: the client's address and scheme arrive where rate limits, sessions and the audit trail look."""

import pytest
from django.conf import settings as in_force
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from tallystick.foundation.audit.models import AuditLine
from tallystick.project.proxies import BehindProxies
from tests.people import PASSWORD, person

pytestmark = pytest.mark.one_database

FORWARDED = {"HTTP_X_FORWARDED_FOR": "6.6.6.6, 192.0.2.7", "HTTP_X_FORWARDED_PROTO": "https"}


@pytest.fixture
def trusting(settings):
    """Trust a proxy on this machine."""
    settings.TALLYSTICK = settings.TALLYSTICK.model_copy(update={"trusted_proxies": ("127.0.0.1",)})


def seen(**headers) -> HttpRequest:
    """The request as everything behind the middleware sees it."""
    found: list[HttpRequest] = []

    def note(request: HttpRequest) -> HttpResponse:
        found.append(request)
        return HttpResponse()

    BehindProxies(note)(RequestFactory().get("/", **headers))
    return found[0]


def test_the_headers_of_a_stranger_are_forgotten():
    request = seen(REMOTE_ADDR="203.0.113.5", **FORWARDED)
    assert request.META["REMOTE_ADDR"] == "203.0.113.5"
    assert not request.is_secure()
    assert "X-Forwarded-For" not in request.headers
    assert "X-Forwarded-Proto" not in request.headers


@pytest.mark.usefixtures("trusting")
def test_a_proxy_of_ours_is_believed():
    request = seen(**FORWARDED)
    assert request.META["REMOTE_ADDR"] == "192.0.2.7"
    assert request.is_secure()


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize(
    ("said", "is_secure"), [("https", True), ("HTTPS", True), ("https, http", False), ("ftp", False)]
)
def test_the_scheme_is_what_the_nearest_proxy_says(said, is_secure):
    assert seen(HTTP_X_FORWARDED_PROTO=said).is_secure() is is_secure


def test_it_comes_before_everything_else():
    assert in_force.MIDDLEWARE[0] == "tallystick.project.proxies.BehindProxies"


@pytest.mark.django_db
@pytest.mark.usefixtures("trusting")
def test_the_audit_trail_and_the_sessions_have_the_clients_address():
    cache.clear()
    ada, client = person("Ada"), Client(**FORWARDED, HTTP_ORIGIN="https://testserver")
    client.post("/account/login/", {"login": ada.email, "password": PASSWORD})
    assert AuditLine.objects.get(act="person.signed_in").address == "192.0.2.7"
    assert "192.0.2.7" in client.get("/account/sessions/").content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("trusting")
def test_too_many_attempts_of_one_client_do_not_stop_the_others():
    cache.clear()
    for number in range(31):
        client = Client(HTTP_X_FORWARDED_FOR=f"{number}.6.6.6, 192.0.2.7")
        last = client.post("/account/login/", {"login": f"{number}@example.org", "password": "wrong"})
    assert last.status_code == 429
    assert last["Retry-After"] == "60"
    ada = person("Ada")
    other = Client(HTTP_X_FORWARDED_FOR="192.0.2.8")
    assert other.post("/account/login/", {"login": ada.email, "password": PASSWORD}).status_code == 302
