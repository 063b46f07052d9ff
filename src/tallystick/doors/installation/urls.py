"""The addresses of the installation's pages."""

from __future__ import annotations

from django.urls import path

from tallystick.doors.installation.views import brands, jobs, mails, people, person

app_name = "installation"
urlpatterns = [
    path("", people.people, name="people"),
    path("people/add", people.add, name="add_person"),
    path("people/<str:text>", person.person, name="person"),
    path("people/<str:text>/link", person.link, name="link"),
    path("people/<str:text>/<str:act>", person.change, name="change_person"),
    path("brands", brands.brands, name="brands"),
    path("brands/open", brands.open_new, name="open_brand"),
    path("mails", mails.mails, name="mails"),
    path("mails/<str:text>", mails.mail, name="mail"),
    path("mails/<str:text>/again", mails.again, name="try_mail"),
    path("jobs", jobs.jobs, name="jobs"),
    path("jobs/<str:text>/again", jobs.again, name="try_job"),
]
