"""Under which address we are reached, and what follows: hosts, cookies, and where the server may listen."""

import json

import pytest

from tallystick.project.config import load_config
from tallystick.project.config_sources import ConfigError
from tallystick.project.site import is_loopback, read_site
from tallystick.project.supervisor import CannotServe, refuse_open_host

pytestmark = pytest.mark.one_database

HTTPS = "https://partners.acme.example"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Partners.Acme.example/", HTTPS),
        ("https://partners.acme.example:443", HTTPS),
        ("https://partners.acme.example:8443", f"{HTTPS}:8443"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8420/", "http://[::1]:8420"),
    ],
)
def test_an_address_is_written_as_browsers_do(url, origin):
    assert read_site(url).origin == origin


@pytest.mark.parametrize(
    "url",
    ["partners.acme.example", "ftp://acme.example", f"{HTTPS}/tallystick", f"{HTTPS}?a=b", "https://", f"{HTTPS}:99999",
     "https://user:hush@acme.example", f"{HTTPS}#part", "https://[acme"],
)  # fmt: skip
def test_what_is_no_site_is_refused(url):
    with pytest.raises(ConfigError, match="`public_url` cannot be used"):
        load_config(public_url=url)


def test_without_one_it_is_this_machine():
    assert load_config(port=9000).public_url == "http://localhost:9000"


def test_plain_http_to_another_machine_is_said_on_purpose():
    with pytest.raises(ConfigError, match="passwords would travel readable"):
        load_config(public_url="http://10.0.0.5:8420")
    assert load_config(public_url="http://10.0.0.5:8420", allow_plain_http=True).site.host == "10.0.0.5"


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("acme.localhost", True),
     ("10.0.0.1", False), ("0.0.0.0", False), ("localhost.example", False), ("127.0.0.1.example", False)],
)  # fmt: skip
def test_which_names_are_this_machine(host, is_ours):
    assert is_loopback(host) is is_ours


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "acme.example"])
def test_the_server_listens_to_others_only_where_it_knows_its_address(host):
    with pytest.raises(CannotServe, match="Set `public_url`"):
        refuse_open_host(load_config(host=host))
    refuse_open_host(load_config(host=host, public_url=HTTPS))


def test_on_this_machine_it_listens_without_more():
    refuse_open_host(load_config(host="127.0.0.1"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "http://id.example"},
        {"oidc_issuer": "id.example"},
        {"oidc_issuer": "https://id.example", "oidc_client_id": "x"},
        {"oidc_issuer": "https://id.example", "oidc_client_secret": "x"},
    ],
)
def test_half_a_provider_is_refused(wrong):
    with pytest.raises(ConfigError, match="`oidc_"):
        load_config(**wrong)


def test_proxies_are_listed_with_commas_or_as_a_list(monkeypatch):
    monkeypatch.setenv("TALLYSTICK_TRUSTED_PROXIES", "10.0.0.0/8, unix")
    assert load_config().trusted_proxies == ("10.0.0.0/8", "unix")
    assert load_config(trusted_proxies=["::1"]).trusted_proxies == ("::1",)
    with pytest.raises(ConfigError, match="`trusted_proxies` cannot be used"):
        load_config(trusted_proxies="10.0.0.300")


SEEN = """
import json
from django.conf import settings
from django.test import Client
from tallystick.foundation.mail.links import absolute
page = Client(HTTP_HOST="partners.acme.example", SERVER_PORT="443").get("/account/login/")
other = Client(HTTP_HOST="other.example").get("/account/login/")
cookies = {name: [morsel["secure"], morsel["path"], morsel["domain"]] for name, morsel in page.cookies.items()}
print(json.dumps([page.status_code, other.status_code, cookies, settings.SESSION_COOKIE_NAME, absolute("/x")]))
"""


def test_over_https_cookies_are_bound_to_host_and_connection(fresh_install):
    done = fresh_install.run_python(SEEN, env={"TALLYSTICK_PUBLIC_URL": HTTPS})
    assert done.returncode == 0, done.stderr
    status, other, cookies, session, link = json.loads(done.stdout.splitlines()[-1])
    assert (status, other) == (200, 400)
    assert cookies == {"__Host-csrf": [True, "/", ""]}
    assert (session, link) == ("__Host-session", f"{HTTPS}/x")
