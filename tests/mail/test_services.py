"""The outbox: written with its cause, sent once, readable, patient with servers that fail."""

import json
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.template import TemplateDoesNotExist

from backend.core.clock import now
from backend.core.models import uuid7
from backend.jobs import services as jobs
from backend.jobs.worker import Worker
from backend.mail import services
from backend.mail.enums import Status
from backend.mail.models import OutboxMessage

pytestmark = pytest.mark.django_db
LINK = "https://salons.example.org/confirm/?token=" + "a1-_" * 60


@pytest.fixture(autouse=True)
def templates(settings) -> None:
    """The product's templates and one for tests."""
    [engine] = settings.TEMPLATES
    folder = Path(__file__).parent / "templates"
    settings.TEMPLATES = [engine | {"DIRS": [folder, *engine["DIRS"]]}]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until it is moved."""
    with time_machine.travel("2026-03-10T09:00:00Z", tick=False) as clock:
        yield clock


def post(**values: Any) -> OutboxMessage:
    given: dict[str, Any] = {"to": "amel@example.org", "language": "fr", "context": {"name": "Amel", "link": LINK}}
    return services.post_message("example", **given | values)


def work() -> int:
    """Do all jobs that are due; how many."""
    worker = Worker()
    jobs.beat(worker.id, worker.place)
    count = 0
    while task := jobs.claim_job(worker.id):
        worker._perform(task)
        count += 1
    return count


def test_a_message_is_rendered_at_once_in_its_language_and_sent_later() -> None:
    user, organisation = uuid7(), uuid7()
    message = post(user_id=user, organisation_id=organisation)
    assert message.subject == "Oui — Amel is in"
    assert message.body == f"Élodie & <Zoë>, 東京: Amel\n\n{LINK}\n\n--\nPasserelle\nhttp://localhost\n"
    assert (message.user_id, message.organisation_id) == (user, organisation)
    assert mail.outbox == []
    work()
    [sent] = mail.outbox
    assert (sent.subject, sent.body, sent.to) == (message.subject, message.body, ["amel@example.org"])
    message.refresh_from_db()
    assert (message.status, message.attempts) == (Status.SENT, 1)
    assert message.sent_at is not None
    assert post(language="en").subject == "Yes — Amel is in"


def test_a_message_of_a_transaction_that_is_rolled_back_is_never_sent() -> None:
    with transaction.atomic():
        post()
        transaction.set_rollback(True)
    assert work() == 0
    assert not OutboxMessage.objects.exists()


def test_a_message_is_sent_once_however_often_its_job_runs() -> None:
    message = post()
    work()
    services.send_message(str(message.id))
    services.enqueue_due_messages()
    assert work() == 0
    assert len(mail.outbox) == 1


def test_two_workers_do_not_send_the_same_message(monkeypatch) -> None:
    message = post()
    taken = []
    monkeypatch.setattr(services, "deliver", lambda row: taken.append(services._take(str(row.id))))
    services.send_message(str(message.id))
    assert taken == [None]


def test_a_message_of_a_worker_that_died_is_sent_after_its_time(clock) -> None:
    message = post()
    services._take(str(message.id))
    assert work() == 1  # its job finds that somebody is at it
    clock.shift(services.SENDING)
    services.enqueue_due_messages()
    work()
    assert len(mail.outbox) == 1


def test_a_server_that_fails_is_asked_again_for_two_days_and_nobody_is_named(clock, caplog, settings) -> None:
    caplog.set_level(logging.WARNING)
    settings.EMAIL_BACKEND = "tests.mail.refusing.Refusing"
    message = post()
    work()
    message.refresh_from_db()
    assert (message.status, message.attempts) == (Status.QUEUED, 1)
    assert message.last_error == "SMTPSenderRefused 451"
    for pause in services.PAUSES:
        services.enqueue_due_messages()
        assert work() == 0
        clock.shift(pause)
        services.enqueue_due_messages()
        assert work() == 1
    message.refresh_from_db()
    assert (message.status, message.attempts) == (Status.FAILED, len(services.PAUSES) + 1)
    assert timedelta(seconds=sum(services.PAUSES)) > timedelta(days=1)
    assert "amel" not in caplog.text.lower() + message.last_error.lower()


def test_a_server_that_comes_back_gets_the_message(clock, settings) -> None:
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "tests.mail.refusing.Refusing"
    post()
    work()
    settings.EMAIL_BACKEND = backend
    clock.shift(services.PAUSES[0])
    services.enqueue_due_messages()
    work()
    assert len(mail.outbox) == 1


def test_a_cancelled_message_is_not_sent() -> None:
    message = post()
    OutboxMessage.objects.filter(id=message.id).update(status=Status.CANCELLED)
    work()
    assert mail.outbox == []


def test_a_message_in_a_folder_can_be_read_as_it_is(settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "backend.mail.transport.FolderBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    message = post(to="Zoë@exemple.fr", context={"name": "Élodie Nguyễn " * 8, "link": LINK})
    work()
    [path] = (tmp_path / "mail").iterdir()
    assert path.name == f"{message.id}.eml"
    text = path.read_bytes().decode("utf-8")
    head, _blank, body = text.partition("\n\n")
    lines = head.splitlines()
    assert f"Subject: {message.subject}" in lines
    assert "To: Zoë@exemple.fr" in lines
    assert "Content-Transfer-Encoding: 8bit" in lines
    assert body == message.body
    parsed = message_from_bytes(path.read_bytes(), policy=default)
    assert parsed["Message-ID"] == f"<{message.id}@localhost>"
    assert parsed["Date"].datetime == message.created_at.replace(microsecond=0)
    assert parsed["From"] == settings.DEFAULT_FROM_EMAIL
    assert parsed.get_content() == message.body
    assert (tmp_path / "mail").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_written_loses_nothing(settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.EMAIL_BACKEND = "backend.mail.transport.FolderBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "file")
    message = post()
    work()
    message.refresh_from_db()
    assert (message.status, message.last_error) == (Status.QUEUED, "FileExistsError 17")


def test_a_text_message_in_a_folder(settings, tmp_path: Path) -> None:
    settings.SMS_URL = f"file://{tmp_path / 'sms'}"
    message = post(channel="sms", to="+33612345678")
    work()
    [path] = (tmp_path / "sms").iterdir()
    assert path.read_text() == f"To: +33612345678\n\nÉlodie & <Zoë>, 東京: Amel\n\n{LINK}\n"
    message.refresh_from_db()
    assert message.status == Status.SENT


class Gateway(BaseHTTPRequestHandler):
    """Keep what is posted; refuse the first."""

    posted: list[tuple[dict[str, str], Any]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.posted.append((dict(self.headers), body))
        self.send_response(503 if len(self.posted) == 1 else 202)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def test_a_text_message_to_a_gateway(settings, clock) -> None:
    handler = type("Handler", (Gateway,), {"posted": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        settings.SMS_URL = f"http://fair:p%40ss@127.0.0.1:{server.server_port}/send"
        message = post(channel="sms", to="+33612345678")
        work()
        message.refresh_from_db()
        assert (message.status, message.last_error) == (Status.QUEUED, "HTTPError 503")
        clock.shift(services.PAUSES[0])
        services.enqueue_due_messages()
        work()
        server.shutdown()
    message.refresh_from_db()
    assert message.status == Status.SENT
    headers, body = handler.posted[1]
    assert body == {"id": str(message.id), "to": "+33612345678", "text": message.body.strip()}
    assert headers["Authorization"] == "Basic ZmFpcjpwQHNz"
    assert headers["Idempotency-Key"] == str(message.id)


def test_a_subject_longer_than_its_column_is_cut() -> None:
    assert len(post(context={"name": "x" * 400}).subject) == 300


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(TemplateDoesNotExist):
        services.post_message("none", to="a@example.org", language="fr", context={})
    with pytest.raises(ValueError, match="pigeon"):
        post(channel="pigeon")


def test_the_database_knows_that_sent_has_an_instant() -> None:
    message = post()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.filter(id=message.id).update(status=Status.SENT)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.filter(id=message.id).update(sent_at=now())


def letters(about: UUID, *addresses: str, **values: Any) -> list[services.Letter]:
    """The example to each of these."""
    context = {"name": "Amel", "link": LINK}
    return [services.Letter("example", to, "fr", context, about_id=about, **values) for to in addresses]


def test_many_messages_are_one_statement_and_go_out_at_the_next_look(django_assert_num_queries) -> None:
    with transaction.atomic(), django_assert_num_queries(1):
        rows = services.post_messages(letters(uuid7(), "a@example.org", "b@example.org"))
    assert [row.subject for row in rows] == ["Oui — Amel is in"] * 2
    with django_assert_num_queries(0):
        assert services.post_messages([]) == []
    services.enqueue_due_messages()
    work()
    assert sorted(sent.to[0] for sent in mail.outbox) == ["a@example.org", "b@example.org"]


def test_what_waits_can_be_withdrawn_and_what_is_sent_stays_sent() -> None:
    about, other = uuid7(), uuid7()
    services.post_messages(letters(about, "early@example.org"))
    services.enqueue_due_messages()
    work()
    services.post_messages([*letters(about, "late@example.org"), *letters(other, "other@example.org")])
    assert services.withdraw_messages([about]) == 1
    assert services.withdraw_messages([about]) == 0
    services.enqueue_due_messages()
    work()
    assert [sent.to for sent in mail.outbox] == [["early@example.org"], ["other@example.org"]]
    assert OutboxMessage.objects.get(to="late@example.org").status == Status.CANCELLED


def test_a_message_that_comes_too_late_is_not_sent(clock) -> None:
    [row] = services.post_messages(letters(uuid7(), "a@example.org", not_after_at=now() + timedelta(minutes=5)))
    clock.shift(timedelta(minutes=5))
    services.enqueue_due_messages()
    work()
    row.refresh_from_db()
    assert (mail.outbox, row.status) == ([], Status.CANCELLED)
