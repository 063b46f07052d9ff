"""What the settings of mail may say, and what is never shown of them."""

import pytest

from tallystick.foundation.mail import rules
from tallystick.project.config import load_config
from tallystick.project.config_sources import ConfigError
from tallystick.project.explain import explain

pytestmark = pytest.mark.one_database

FROM = "Acme partners <partners@acme.example>"


def test_the_address_of_a_server_says_everything():
    server = rules.read_server("smtp://ada:secret@mail.example:2525?tls=tls")
    assert (server.host, server.port, server.tls, server.user, server.password) == (
        "mail.example",
        2525,
        "tls",
        "ada",
        "secret",
    )
    assert "secret" not in repr(server)
    assert rules.read_server("smtp://mail.example").port == 587
    assert rules.read_server("smtp://mail.example?tls=tls").port == 465
    assert rules.read_server("smtp://[::1]?tls=none").host == "::1"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://mail.example", "must look like"),
        ("smtp://", "must look like"),
        ("smtp://mail.example/inbox", "must look like"),
        ("smtp://mail.example?tls=maybe", "one of: starttls, tls, none"),
        ("smtp://mail.example?ssl=yes", "one of: starttls, tls, none"),
        ("smtp://mail.example:99999", "port"),
        ("smtp://ada@mail.example", "without a password"),
        ("smtp://ada:hush@mail.example?tls=none", "unencrypted"),
    ],
)
def test_a_server_that_cannot_be_meant_is_refused_without_repeating_the_password(url, why):
    with pytest.raises(ConfigError, match=why) as refused:
        load_config(mail_url=url, mail_from=FROM)
    assert "hush" not in str(refused.value)


def test_a_server_needs_somebody_to_send_as():
    with pytest.raises(ConfigError, match="mail_from"):
        load_config(mail_url="smtp://mail.example")
    for text in ("nobody", "Ada\n<ada@acme.example>", "<>", "ada@", "ädä@acme.example"):
        with pytest.raises(ConfigError, match="mail_from"):
            load_config(mail_from=text)


def test_the_address_of_the_server_is_not_shown(monkeypatch):
    monkeypatch.setenv("TALLYSTICK_MAIL_URL", "smtp://ada:hush@mail.example")
    monkeypatch.setenv("TALLYSTICK_MAIL_FROM", FROM)
    shown = explain(load_config())
    assert "hush" not in repr(shown)
    assert next(row.value for row in shown if row.name == "mail_from") == FROM
