"""The page of failures: what it shows to whom, and that a failed job can begin anew."""

import re

import pytest
from django.test import Client
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from backend.accounts.actors import SYSTEM
from backend.accounts.models import User
from backend.core.models import AuditEntry, uuid7
from backend.jobs.services import beat, claim_job, enqueue, retry_jobs
from backend.jobs.worker import Worker
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db
LIST = "/admin/jobs/failedjob/"


def browser_of(user: User) -> Client:
    """The browser of the person, at the site."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def staff() -> Client:
    """The browser of one of the site's staff."""
    user = make_user()
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return browser_of(user)


@pytest.fixture
def failed() -> DBTaskResult:
    """A job that failed for good, and one that is done."""
    worker = Worker()
    beat(worker.id, worker.place)
    enqueue("tests.jobs.workload.fail", "Noémie", max_attempts=1)
    enqueue("time.time")
    for _number in range(2):
        task = claim_job(worker.id)
        assert task is not None
        worker._perform(task)
    return DBTaskResult.objects.get(status=TaskResultStatus.FAILED)


def test_failures_with_kind_attempts_and_place_but_no_message(staff: Client, failed: DBTaskResult) -> None:
    page = staff.get(LIST).content.decode()
    assert "tests.jobs.workload.fail" in page
    assert "builtins.ValueError" in page
    assert "time.time" not in page
    detail = staff.get(f"{LIST}{failed.id}/change/").content.decode()
    assert re.search(r"workload\.py&quot;, line \d+, in fail", detail)
    assert "nothing for Noémie" not in detail


def test_a_failed_job_begins_anew(staff: Client, failed: DBTaskResult) -> None:
    answer = staff.post(LIST, {"action": "retry", "_selected_action": [str(failed.id)]}, follow=True)
    assert answer.status_code == 200
    assert str(failed.id) not in answer.content.decode()
    task = claim_job(uuid7())
    assert task is not None
    assert (task.id, len(task.worker_ids)) == (failed.id, 1)
    entry = AuditEntry.objects.get(action="job.retried")
    assert (entry.actor_kind, entry.from_state, entry.to_state) == ("user", "FAILED", "READY")


def test_a_second_time_does_nothing(failed: DBTaskResult) -> None:
    assert retry_jobs([failed.id], actor=SYSTEM) == 1
    assert retry_jobs([failed.id, uuid7()], actor=SYSTEM) == 0
    assert AuditEntry.objects.filter(action="job.retried").count() == 1


def test_it_is_for_the_staff_of_the_site(failed: DBTaskResult) -> None:
    for client in (Client(), browser_of(make_user())):
        assert client.get(LIST).status_code == 302
        assert client.post(LIST, {"action": "retry", "_selected_action": [str(failed.id)]}).status_code == 302
    failed.refresh_from_db()
    assert failed.status == TaskResultStatus.FAILED
