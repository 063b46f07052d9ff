"""Single sign-on, against a provider of our own on this machine: who is let in by what it says, and who is not."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from pydantic import SecretStr

from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.scoping import brand_scope
from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.rules import Role
from tallystick.partners.accounts.services.invitations import invite
from tallystick.partners.accounts.services.people import deactivate_person
from tallystick.project.single_sign_on import providers
from tests.builders import Brand
from tests.people import TESTER, person

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


class Provider:
    """An OpenID Connect provider that says of everybody what `says` holds."""

    def __init__(self) -> None:
        self.says: dict[str, object] = {}
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._answering())
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answering(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                self._say(provider.says if self.path == "/userinfo" else provider.configuration())

            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.asked.append(asked)
                self._say({"access_token": "x", "token_type": "Bearer", "id_token": provider.id_token()})

            def _say(self, what: object) -> None:
                body = json.dumps(what).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Answer

    def configuration(self) -> dict[str, object]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def id_token(self) -> str:
        """Not signed: it comes straight from the provider, over a connection that we have opened to it."""
        said = {"iss": self.issuer, "aud": "tallystick", "exp": 4_000_000_000, "iat": 1, **self.says}
        parts = ({"alg": "none"}, said)
        encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
        return ".".join([*encoded, "c2ln"])


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    found = Provider()
    cache.clear()
    config = settings.TALLYSTICK.model_copy(
        update={
            "oidc_issuer": found.issuer,
            "oidc_client_id": "tallystick",
            "oidc_client_secret": SecretStr("hush"),
            "oidc_name": "Acme ID",
        }
    )
    settings.SOCIALACCOUNT_PROVIDERS = providers(config)
    yield found
    found.close()


class Browser(Client):
    """A browser that knows what it was shown last."""

    shown: Any


def comes(provider: Provider, email: str, *, verified: object = True, **asked: str) -> Browser:
    """Somebody signs in with the provider, which knows them by this address; the browser they have afterwards."""
    client = Browser()
    provider.says = {"sub": f"id-of-{email}", "email": email, "email_verified": verified, "name": "Ada Ames"}
    away = client.get("/account/oidc/login/", asked)
    state = parse_qs(urlsplit(away["Location"]).query)["state"][0]
    client.shown = client.get("/account/oidc/login/callback/", {"code": "c", "state": state}, follow=True)
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_the_page_offers_the_provider_by_its_name(provider):
    assert "Sign in with Acme ID" in Client().get("/account/login/").content.decode()


def test_without_a_provider_nothing_is_offered():
    assert "oidc" not in Client().get("/account/login/").content.decode()
    assert Client().get("/account/oidc/login/").status_code == 404


def test_a_person_is_found_by_the_confirmed_address(provider):
    ada = person("Ada")
    client = comes(provider, ada.email.upper())
    assert is_in(client)
    assert AuditLine.objects.get(act="person.signed_in").actor_id == ada.id


def test_the_provider_is_asked_by_pkce_and_leads_back_to_the_page(provider):
    ada = person("Ada")
    client = comes(provider, ada.email, next="/account/sessions/")
    assert client.shown.redirect_chain[-1][0] == "/account/sessions/"
    assert any("code_verifier=" in asked for asked in provider.asked)


@pytest.mark.parametrize("verified", [False, "false", None, 0, "no"])
def test_an_address_that_the_provider_has_not_confirmed_is_nobody(provider, verified):
    ada = person("Ada")
    client = comes(provider, ada.email, verified=verified)
    assert not is_in(client)


def test_an_address_that_we_have_not_confirmed_is_nobody(provider):
    mallory = person("Mallory")
    EmailAddress.objects.create(user=mallory, email="ada@example.org", verified=False)
    client = comes(provider, "ada@example.org")
    assert not is_in(client)
    assert mallory.has_usable_password()


def test_nobody_is_made_by_signing_in(provider):
    client = comes(provider, "stranger@example.org")
    assert "People come by invitation" in client.shown.content.decode()
    assert not User.objects.filter(email="stranger@example.org").exists()


def test_whoever_is_invited_comes_in(provider):
    with brand_scope(Brand("Acme").id):
        invite(email="ada@example.org", role=Role.VIEWER, by=TESTER)
    client = comes(provider, "ada@example.org")
    assert is_in(client)
    ada = User.objects.get(email="ada@example.org")
    assert (ada.name, ada.has_usable_password()) == ("Ada Ames", False)
    assert EmailAddress.objects.get(user=ada).verified


def test_somebody_deactivated_stays_out(provider):
    ada = person("Ada")
    deactivate_person(ada, by=TESTER)
    assert not is_in(comes(provider, ada.email))


def test_an_answer_that_we_did_not_ask_for_lets_nobody_in(provider):
    ada, client = person("Ada"), Client()
    provider.says = {"sub": "1", "email": ada.email, "email_verified": True}
    answer = client.get("/account/oidc/login/callback/", {"code": "c", "state": "made-up"})
    assert "did not work" in answer.content.decode()
    assert not is_in(client)


def test_whoever_has_no_password_confirms_it_with_the_provider(provider):
    root = person("Root", is_administrator=True)
    User.objects.filter(id=root.id).update(password="!none")
    client = comes(provider, root.email)
    assert client.get("/installation/people/add").status_code == 200
    session = client.session
    session["account_authentication_methods"] = [
        {**each, "at": each["at"] - 3600} for each in session["account_authentication_methods"]
    ]
    session.save()
    asked = client.get("/installation/people/add")
    assert asked["Location"].startswith("/account/again?next=")
    away = client.get(asked["Location"], follow=False)
    onward = client.get(away["Location"])
    query = parse_qs(urlsplit(onward["Location"]).query)
    assert onward["Location"].startswith(f"{provider.issuer}/authorize")
    assert query["prompt"] == ["login"]
    back = client.get("/account/oidc/login/callback/", {"code": "c", "state": query["state"][0]})
    assert back["Location"] == "/installation/people/add"
    assert client.get("/installation/people/add").status_code == 200
