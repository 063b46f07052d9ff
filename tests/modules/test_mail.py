"""Mail: written with what it tells of, sent once the server takes it, kept where there is none."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from pydantic import SecretStr

from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.jobs.models import Job
from tallystick.foundation.jobs.services import run_due
from tallystick.foundation.mail import queries, rules, services
from tallystick.foundation.mail.kinds import KINDS, MailKind, register
from tallystick.foundation.mail.models import Mail
from tallystick.foundation.mail.rendering import render
from tallystick.foundation.mail.transport import letter
from tallystick.kit import clock, ids
from tallystick.kit.listing import Wish
from tests.people import TESTER
from tests.smtp import mail_server

pytestmark = pytest.mark.django_db(transaction=False)

OPTIONAL = next(kind for kind in KINDS.values() if kind.is_optional)
INVITATION = KINDS["invitation"]
SECRET = INVITATION.sample["link"]
FROM = "Acme partners <partners@acme.example>"


def configured(url):
    there = {"mail_url": url and SecretStr(url), "mail_from": FROM if url else ""}
    return override_settings(TALLYSTICK=settings.TALLYSTICK.model_copy(update=there))


@pytest.fixture
def server():
    with mail_server() as inbox, configured(inbox.url):
        yield inbox


@pytest.fixture
def without_server():
    with configured(None):
        yield


def invited(to="alice@blog.example", **changes):
    return services.post("invitation", to=to, context={**INVITATION.sample, **changes})


def noticed(to="alice@blog.example"):
    return services.post(OPTIONAL.name, to=to, context=OPTIONAL.sample)


def later():
    """Let the job be due that waits after a failure."""
    Job.objects.update(next_at=clock.now())


def state(mail):
    mail.refresh_from_db()
    return mail.state


def test_a_mail_arrives_with_both_texts_and_who_it_is_from(server):
    mail = invited()
    assert state(mail) == "waiting"
    run_due(limit=10)
    (arrived,) = server.arrived
    message = arrived.message
    assert (arrived.sender, arrived.recipients) == ("partners@acme.example", ["alice@blog.example"])
    assert (message["From"], message["To"]) == (FROM, "alice@blog.example")
    assert message["Subject"] == "Ada Ames invites you to Alice’s Blog at Acme"
    assert message["Message-ID"] == f"<{ids.show('mal', mail.id)}@acme.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert SECRET in message.get_body(("plain",)).get_content()
    assert SECRET in message.get_body(("html",)).get_content()
    assert state(mail) == "sent"
    assert mail.sent_at is not None


def test_a_text_that_lets_somebody_in_is_removed_once_it_is_sent(server):
    mail = invited()
    run_due(limit=10)
    mail.refresh_from_db()
    assert (mail.text, mail.html) == ("", "")
    assert mail.subject


def test_a_server_that_asks_for_patience_gets_the_same_message_later(server):
    mail = invited()
    server.answers["RCPT"] = "451 greylisted, come again"
    run_due(limit=10)
    assert (state(mail), mail.error) == ("waiting", "451 greylisted, come again")
    assert server.arrived == []
    server.answers.clear()
    later()
    run_due(limit=10)
    assert (state(mail), mail.error, len(server.arrived)) == ("sent", "", 1)


@pytest.mark.parametrize(
    ("verb", "answer"), [("RCPT", "550 no such person here"), ("DATA", "554 we do not like it")]
)
def test_a_refusal_for_good_is_not_tried_again(server, verb, answer):
    mail = invited()
    server.answers[verb] = answer
    run_due(limit=10)
    assert (state(mail), mail.error) == ("failed", answer)
    server.answers.clear()
    later()
    run_due(limit=10)
    assert server.arrived == []


@pytest.mark.parametrize(
    ("verb", "answer"),
    [("GREETING", "554 not today"), ("MAIL", "553 who is that"), ("EHLO", "421 closing")],
)
def test_what_is_wrong_with_the_settings_waits_until_they_are_mended(server, verb, answer):
    mail = invited()
    server.answers[verb] = server.answers["HELO"] = answer
    run_due(limit=10)
    assert state(mail) == "waiting"
    server.answers.clear()
    later()
    run_due(limit=10)
    assert state(mail) == "sent"


def test_a_server_that_is_away_makes_a_mail_wait(server):
    mail = invited()
    with configured("smtp://127.0.0.1:1?tls=none"):
        run_due(limit=10)
    assert state(mail) == "waiting"
    assert "refused" in mail.error
    later()
    run_due(limit=10)
    assert state(mail) == "sent"


def test_a_mail_is_never_sent_in_the_clear_where_encryption_is_asked_for(server):
    mail = invited()
    with configured(f"smtp://127.0.0.1:{server.port}?tls=starttls"):
        run_due(limit=10)
    assert (state(mail), server.arrived) == ("waiting", [])
    assert "STARTTLS" in mail.error


def test_the_user_and_the_password_of_the_address_sign_in(server):
    invited()
    with configured(f"smtp://ada%40acme.example:p%2Fss@127.0.0.1:{server.port}?tls=none"):
        run_due(limit=10)
    assert server.signed_in == ["ada@acme.example\0p/ss"]
    assert len(server.arrived) == 1


def test_a_mail_that_was_sent_but_not_marked_goes_out_again_as_the_same_message(server):
    mail = invited()
    run_due(limit=10)
    Mail.objects.filter(id=mail.id).update(state="waiting", text=mail.text, html=mail.html, sent_at=None)
    Job.objects.update(state="waiting", next_at=clock.now())
    run_due(limit=10)
    first, second = server.arrived
    assert first.message["Message-ID"] == second.message["Message-ID"]


def test_a_job_that_runs_twice_sends_once(server):
    mail = invited()
    services.send({"mail": mail.id.hex})
    services.send({"mail": mail.id.hex})
    assert len(server.arrived) == 1


def test_a_mail_is_not_written_when_what_it_tells_of_does_not_happen(server):
    def invites_and_fails():
        with transaction.atomic():
            invited()
            raise LookupError

    with pytest.raises(LookupError):
        invites_and_fails()
    assert not Mail.objects.exists()
    run_due(limit=10)
    assert server.arrived == []


def test_a_job_that_posts_again_about_the_same_thing_makes_no_second_mail(server):
    context = INVITATION.sample
    first, again = (
        services.post("invitation", to="a@b.example", context=context, once="ann_1") for _ in "12"
    )
    other = services.post("invitation", to="a@b.example", context=context, once="ann_2")
    assert (first.id == again.id, first.id == other.id) == (True, False)
    run_due(limit=10)
    assert len(server.arrived) == 2


def test_without_a_server_a_mail_is_kept_and_an_administrator_can_read_it(without_server):
    mail = invited()
    assert mail.state == "kept"
    assert not Job.objects.exists()
    page = queries.MAILS.page(Wish(text="alice@blog", filters={"state": "kept"}))
    assert [row.id for row in page.rows] == [mail.id]
    assert SECRET in queries.find(mail.id).text


def test_a_kept_secret_is_removed_when_it_has_expired(without_server):
    gone = services.post(
        "invitation",
        to="bob@voucher.example",
        context=INVITATION.sample,
        expires_at=clock.now() - timedelta(seconds=1),
    )
    stays = invited()
    services.expire()
    assert queries.find(gone.id).text == ""
    assert SECRET in queries.find(stays.id).text


def test_a_mail_that_expired_before_it_was_sent_is_not_sent(server):
    mail = invited()
    Mail.objects.update(expires_at=clock.now())
    run_due(limit=10)
    assert (state(mail), server.arrived) == ("failed", [])


def test_a_kept_mail_goes_out_when_an_administrator_tries_again_with_a_server(server):
    with configured(None):
        mail = invited()
        with pytest.raises(services.NotAgain, match="No mail server is configured"):
            services.try_again(mail, by=TESTER)
    services.try_again(mail, by=TESTER)
    run_due(limit=10)
    assert (state(mail), len(server.arrived)) == ("sent", 1)
    assert AuditLine.objects.filter(act="mail.tried_again", subject=ids.show("mal", mail.id)).count() == 1
    with pytest.raises(services.NotAgain, match="expired"):
        services.try_again(mail, by=TESTER)


def test_a_mail_that_waits_cannot_be_asked_for_twice(server):
    with pytest.raises(services.NotAgain, match="Only a mail that failed or was kept"):
        services.try_again(invited(), by=TESTER)


def test_what_a_reader_declined_is_written_down_and_not_sent(server):
    services.decline(OPTIONAL.name, address="Alice@Blog.example", by=TESTER)
    declined, other, own = noticed(), noticed("bob@voucher.example"), invited()
    run_due(limit=10)
    assert [state(declined), state(other), state(own)] == ["declined", "sent", "sent"]
    assert AuditLine.objects.filter(act="mail.declined").count() == 1


def test_a_mail_that_waits_is_not_sent_after_its_reader_declined(server):
    mail = noticed()
    services.decline(OPTIONAL.name, address=mail.to, by=TESTER)
    run_due(limit=10)
    assert (state(mail), server.arrived) == ("declined", [])


def test_a_reader_who_changes_their_mind_gets_mails_again(server):
    for _ in range(2):
        services.decline(OPTIONAL.name, address="alice@blog.example", by=TESTER)
    assert OPTIONAL.name not in queries.wanted_kinds("alice@blog.example")
    for _ in range(2):
        services.want(OPTIONAL.name, address="alice@blog.example", by=TESTER)
    assert OPTIONAL.name in queries.wanted_kinds("ALICE@blog.example")
    noticed()
    run_due(limit=10)
    assert len(server.arrived) == 1
    acts = AuditLine.objects.order_by("id").values_list("act", flat=True)
    assert list(acts) == ["mail.declined", "mail.wanted"]


def test_mails_about_the_account_cannot_be_declined():
    with pytest.raises(KeyError):
        services.decline("password_reset", address="alice@blog.example", by=TESTER)


def test_only_mails_that_can_be_declined_say_how(server):
    noticed()
    invited()
    run_due(limit=10)
    optional, own = (envelope.message for envelope in server.arrived)
    assert optional["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert optional["List-Unsubscribe"].startswith(f"<{settings.TALLYSTICK.public_url}/mail/mal_")
    assert optional["List-Unsubscribe"].strip("<>") in optional.get_body(("plain",)).get_content()
    assert own["List-Unsubscribe"] is None
    assert "/stop" not in own.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "alice",
        "alice@",
        "@blog.example",
        "a b@blog.example",
        "a@b.example\nBcc: c@d.example",
        "a" * 260 + "@b.example",
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_written(address):
    with pytest.raises(services.BadAddress):
        invited(to=address)
    assert not Mail.objects.exists()


def test_no_text_becomes_a_header(server):
    invited(brand="Acme\r\nBcc: mallory@fraud.example", inviter="Ada\nX-Evil: 1\0")
    run_due(limit=10)
    (arrived,) = server.arrived
    assert arrived.recipients == ["alice@blog.example"]
    assert (arrived.message["Bcc"], arrived.message["X-Evil"]) == (None, None)
    assert arrived.message["Subject"].startswith("Ada X-Evil: 1 invites you")


def test_text_is_escaped_in_html_and_in_nothing_else():
    said = render(
        INVITATION, {**INVITATION.sample, "brand": "<b>A & B</b>", "message": "<script>alert(1)</script>"}
    )
    assert "<b>A & B</b>" in said.subject
    assert "<script>" in said.text
    assert "<script>" not in said.html
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in said.html


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_kind_has_its_texts_in_one_look_without_anything_from_elsewhere(kind):
    said = render(
        kind, {**kind.sample, "stop": "https://a.example/stop", "preferences": "https://a.example/"}
    )
    assert said.subject
    assert "{" not in said.text + said.subject
    assert 'style="' in said.html
    assert "prefers-color-scheme: dark" in said.html
    assert not any(tag in said.html for tag in ("<img", "<link", "<script", "url(", "@import"))
    links = [value for value in kind.sample.values() if str(value).startswith("https://")]
    assert all(link in said.text and f'href="{link}"' in said.html for link in links)


def test_a_domain_in_other_letters_is_written_as_the_name_service_knows_it(without_server):
    mail = invited(to="eva@bücher.example")
    message = letter(mail, rules.read_sender(FROM))
    assert message["To"] == "eva@xn--bcher-kva.example"


def test_two_kinds_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two kinds of mail"):
        register(MailKind(name="invitation", says="Something else", sample={}))
