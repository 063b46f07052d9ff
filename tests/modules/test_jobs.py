"""Jobs: asked for with the change, done soon after it by one worker at a time, tried again, kept when they fail."""

import json
from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction

from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.jobs import queries, registry, services
from tallystick.foundation.jobs.models import Job, JobState
from tallystick.foundation.scoping import brand_or_none, brand_scope
from tallystick.kit import clock, ids
from tallystick.kit.errors import Foreseen
from tallystick.kit.ids import BadId
from tallystick.kit.listing import Wish
from tests.modules.threads import beside, finished
from tests.people import TESTER

pytestmark = pytest.mark.django_db

ACME = ids.new()


class Away(Foreseen):
    """The mail server is away."""


class Desk:
    """Somebody who does jobs of the kind `greet`, and remembers for whom and in which brand; fails as told."""

    def __init__(self):
        self.done, self.fails = [], []

    def __call__(self, payload):
        if self.fails and (error := self.fails.pop(0)):
            raise error
        self.done.append((payload["whom"], brand_or_none()))


@pytest.fixture
def desk(monkeypatch):
    monkeypatch.setattr(registry, "HANDLERS", {})
    monkeypatch.setattr(services, "HANDLERS", registry.HANDLERS)
    sits = Desk()
    registry.on("greet", sits)
    return sits


def greet(whom="Ada", **options):
    return services.enqueue("greet", payload={"whom": whom}, **options)


def run(limit=10):
    return services.run_due(limit=limit)


def later(job, seconds):
    """As if so much time had passed for a job."""
    Job.objects.filter(id=job.id).update(next_at=job.next_at - timedelta(seconds=seconds))


def seen(job):
    job.refresh_from_db()
    return job


def test_a_job_is_done_once_in_the_brand_in_which_it_was_asked_for(desk):
    with brand_scope(ACME):
        job = greet("Ada")
    other = greet("Berta")
    assert (run().done, run().done) == (2, 0)
    assert desk.done == [("Ada", ACME), ("Berta", None)]
    assert (seen(job).state, seen(other).state, job.error) == ("done", "done", "")
    assert job.ended_at is not None


def test_a_job_is_gone_with_the_transaction_that_asked_for_it(desk):
    with transaction.atomic():
        greet()
        transaction.set_rollback(True)
    assert run().done == 0


def test_a_job_for_later_waits_for_its_time(desk):
    job = greet(at=clock.now() + timedelta(hours=1))
    assert run().done == 0
    later(job, 3601)
    assert run().done == 1


def test_the_longest_waiting_job_comes_first_and_what_is_left_is_said(desk):
    now = clock.now()
    for whom, minutes in (("Cem", 1), ("Ada", 3), ("Berta", 2)):
        greet(whom, at=now - timedelta(minutes=minutes))
    assert (run(2).left, run(2).left) == (1, 0)
    assert [whom for whom, _ in desk.done] == ["Ada", "Berta", "Cem"]


def test_a_job_that_fails_waits_longer_each_time_and_keeps_no_other_waiting(desk):
    job, other = greet("Ada"), greet("Berta")
    desk.fails = [Away("the server is away"), None, Away("the server is still away")]
    assert run().done == 2
    assert desk.done == [("Berta", None)]
    assert (seen(job).state, job.attempts, job.error) == ("waiting", 1, "the server is away")
    first = job.next_at - clock.now()
    later(job, 6)
    run()
    assert (seen(job).attempts, job.error) == (2, "the server is still away")
    assert timedelta(seconds=4) < first < timedelta(seconds=6) < job.next_at - clock.now()
    later(job, 11)
    run()
    assert (seen(job).state, job.error, seen(other).state) == ("done", "", "done")


def test_a_job_that_always_fails_is_kept_with_its_error(desk):
    job = greet()
    desk.fails = [Away("the server is away")] * 99
    for _ in range(services.TRIES + 3):
        later(seen(job), 4000)
        run()
    assert (seen(job).state, job.attempts, job.error) == ("failed", services.TRIES, "the server is away")
    assert job.ended_at is not None
    assert queries.failed() == 1


def test_an_error_that_nobody_foresaw_is_kept_without_what_it_says(desk):
    """What a library says may hold an address with a password; the log has it, the row has not."""
    job = greet()
    desk.fails = [ValueError("smtp://ada:hunter2@mail"), ConnectionRefusedError(111, "Connection refused")]
    run()
    assert "hunter2" not in seen(job).error
    assert job.error.startswith("ValueError. ")
    later(job, 6)
    run()
    assert seen(job).error.startswith("ConnectionRefusedError: Connection refused. ")


def test_a_kind_that_nobody_does_is_said_and_tried_again(desk):
    job = services.enqueue("unheard", payload={})
    run()
    assert (seen(job).state, job.attempts) == ("waiting", 1)
    assert "“unheard”" in job.error


def test_a_kind_is_done_by_one(desk):
    registry.on("greet", desk)
    with pytest.raises(ValueError, match="somebody else"):
        registry.on("greet", lambda _payload: None)


def test_who_took_a_job_has_it_until_the_lease_is_over(desk):
    """A worker that dies says nothing any more: its job is taken again, but not before."""
    job = greet()
    assert services._claim(Job.objects.get(id=job.id))
    assert run().done == 0
    later(seen(job), services.LEASE.total_seconds() + 1)
    assert run().done == 1
    assert (seen(job).state, job.attempts) == ("done", 2)


def test_whoever_comes_late_with_the_outcome_changes_nothing(desk):
    job = greet()
    slow = Job.objects.get(id=job.id)
    assert services._claim(slow)
    later(seen(job), services.LEASE.total_seconds() + 1)
    run()
    services._failed(slow, "too late")
    assert (seen(job).state, job.error) == ("done", "")


def test_a_job_that_ends_every_worker_fails_for_good_and_the_others_are_done(desk):
    job = greet("poison")
    for _ in range(services.TRIES):
        assert services._claim(Job.objects.get(id=job.id))
        later(seen(job), services.LEASE.total_seconds() + 1)
    greet("Ada")
    run()
    assert (seen(job).state, desk.done) == ("failed", [("Ada", None)])
    assert "worker ended" in job.error


def test_a_failed_job_is_tried_again_on_demand_and_that_is_on_record(desk):
    with brand_scope(ACME):
        job = greet()
    Job.objects.filter(id=job.id).update(state=JobState.FAILED, attempts=services.TRIES, error="away")
    again = services.retry(job, by=TESTER)
    assert (again.state, again.attempts) == ("waiting", 0)
    line = AuditLine.objects.get(subject=ids.show("job", job.id))
    assert (line.act, line.brand_id, line.actor_name) == ("job.retried", ACME, TESTER.name)
    assert run().done == 1
    with pytest.raises(services.NotToRetry):
        services.retry(job, by=TESTER)
    assert AuditLine.objects.filter(subject=line.subject).count() == 1


def test_done_jobs_are_forgotten_after_a_week_and_failed_ones_never(desk):
    jobs = {state: greet(state) for state in ("done", "failed", "waiting", "fresh")}
    long_ago = clock.now() - services.KEEP_DONE - timedelta(hours=1)
    for state in ("done", "failed"):
        Job.objects.filter(id=jobs[state].id).update(state=state, ended_at=long_ago)
    Job.objects.filter(id=jobs["fresh"].id).update(state="done", ended_at=clock.now())
    assert services.sweep() == 1
    assert {job.payload["whom"] for job in Job.objects.all()} == {"failed", "waiting", "fresh"}


def test_jobs_are_listed_newest_first_and_found_by_their_id(desk):
    first, second = greet("Ada"), services.enqueue("other", payload={})
    assert [job.id for job in queries.JOBS.page(Wish()).rows] == [second.id, first.id]
    narrowed = queries.JOBS.page(Wish(filters={"kind": "greet", "state": "waiting"}))
    assert [job.id for job in narrowed.rows] == [first.id]
    assert queries.find_job(ids.show("job", first.id)) == first
    with pytest.raises(queries.NoSuchJob):
        queries.find_job(ids.show("job", ids.new()))
    for wrong in ("nonsense", ids.show("prt", first.id)):
        with pytest.raises(BadId):
            queries.find_job(wrong)


def test_many_workers_do_each_job_once(desk, house):
    """Threads with connections of their own, on one database that they all write to."""
    here = {str(greet(str(number)).id) for number in range(40)}
    for worker in [beside(lambda: [run(3) for _ in range(40)]) for _ in range(4)]:
        finished(worker)
    assert Counter(Job.objects.filter(id__in=here).values_list("state", "attempts")) == {("done", 1): 40}
    assert Counter(whom for whom, _ in desk.done) == {str(number): 1 for number in range(40)}


KILLED = """
import os, signal
from tallystick.foundation.jobs import registry, services
from tallystick.foundation.jobs.models import Job
registry.on("fall", lambda _: os.kill(os.getpid(), signal.SIGKILL))
services.enqueue("fall", payload={})
services.run_due(limit=1)
"""
AFTERWARDS = """
from datetime import timedelta
from tallystick.foundation.jobs import registry, services
from tallystick.foundation.jobs.models import Job
registry.on("fall", lambda _: print("done"))
services.run_due(limit=1)
job = Job.objects.get()
print(job.state, job.attempts)
Job.objects.update(next_at=job.next_at - services.LEASE - timedelta(seconds=1))
services.run_due(limit=1)
print(Job.objects.get().state)
"""


def test_a_job_whose_worker_is_killed_is_done_by_the_next_one_after_the_lease(fresh_install):
    assert fresh_install.run_python(KILLED).returncode == -9
    told = fresh_install.run_python(AFTERWARDS)
    assert told.stdout.split() == ["running", "1", "done", "done"], told.stderr


def test_the_command_lists_jobs_and_tries_failed_ones_again(fresh_install):
    made = fresh_install.run_python(
        "from tallystick.foundation.jobs import services\n"
        "from tallystick.foundation.jobs.models import Job\n"
        "services.enqueue('greet', payload={})\nJob.objects.update(state='failed', attempts=12, error='away')"
    )
    assert made.returncode == 0, made.stderr
    listed = json.loads(fresh_install.succeed("jobs", "list", "--json", "--state", "failed").stdout)
    assert [(job["kind"], job["tries"], job["error"]) for job in listed["jobs"]] == [("greet", 12, "away")]
    job = listed["jobs"][0]["id"]
    fresh_install.succeed("jobs", "retry", job)
    assert "waiting" in fresh_install.succeed("jobs", "list").stdout
    audited = json.loads(fresh_install.succeed("audit", "list", "--json", "--act", "job.retried").stdout)
    assert [line["subject"] for line in audited["lines"]] == [job]
    assert fresh_install.run("jobs", "retry", ids.show("job", ids.new())).returncode == 3
