"""The addresses of mail: for its readers, and its preview."""

from __future__ import annotations

from django.urls import path

from tallystick.doors.account import mail, mail_preview

app_name = "mail"
urlpatterns = [
    path("account/mail", mail.own, name="own"),
    # These two stand in mails (`foundation.mail.links`): they never change.
    path("mail/<str:token>", mail.preferences, name="preferences"),
    path("mail/<str:token>/stop", mail.stop, name="stop"),
    path("mail/<str:token>/undo", mail.undo, name="undo"),
    path("installation/mail/preview", mail_preview.kinds, name="preview"),
    path("installation/mail/preview/<slug:name>", mail_preview.kind, name="preview_kind"),
    path("installation/mail/preview/<slug:name>/html", mail_preview.html, name="preview_html"),
]
