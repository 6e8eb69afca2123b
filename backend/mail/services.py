"""Messages to people: written with what causes them, sent afterwards, each once as far as we can know."""

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.template import Context, Engine
from django.utils import translation

from backend.core.clock import now
from backend.core.text import without_links
from backend.jobs.services import enqueue
from backend.mail.enums import Channel, Status
from backend.mail.models import OutboxMessage
from backend.mail.transport import deliver

logger = logging.getLogger(__name__)

PAUSES = (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
"""Seconds before the second, third … attempt: two days in all, after which the message has failed."""
SENDING = timedelta(minutes=2)
"""How long one attempt has the message to itself; a worker that died in it has left it free by then."""
AT_A_TIME = 60
"""Messages taken up every five seconds: twelve a second, a thousand reminders in a minute and a half."""
SITE_NAME = "Passerelle"
SUBJECT_LENGTH = 300


def post_message(
    template: str,
    *,
    to: str,
    channel: str = "email",
    language: str,
    context: Mapping[str, Any],
    user_id: UUID | None = None,
    organisation_id: UUID | None = None,
) -> OutboxMessage:
    """Write a message in the caller's transaction; the worker sends it after the commit.

    `mail/<template>.txt` is plain text: its first line the subject, then an empty line, then the body. It is rendered
    now, in the language, with the context and `site_name`, `site_url` and `channel`. A subject carries no links: the
    names in it are other people's. Of a text message (`channel`
    `sms`, `to` in E.164) only the body is sent. The message names whom it concerns by their ids.
    """
    letter = Letter(template, to, language, context, channel, user_id=user_id, organisation_id=organisation_id)
    with transaction.atomic():
        message = _row_of(letter)
        message.save(force_insert=True)
        _enqueue(message.id)
    return message


@dataclass(frozen=True, slots=True)
class Letter:
    """One of many messages, in the words of `post_message`.

    `about_id` names the row it tells of, for `withdraw_messages`; not sent by `not_after_at`, it is sent no more.
    """

    template: str
    to: str
    language: str
    context: Mapping[str, Any]
    channel: str = "email"
    user_id: UUID | None = None
    organisation_id: UUID | None = None
    about_id: UUID | None = None
    not_after_at: datetime | None = None


def post_messages(letters: Iterable[Letter]) -> list[OutboxMessage]:
    """Write messages in the caller's transaction, however many, in one statement; none without one.

    They go out at the timetable's next look at the outbox, within seconds: a job for each would cost three statements
    more where every statement counts.
    """
    rows = [_row_of(letter) for letter in letters]
    return OutboxMessage.objects.bulk_create(rows, batch_size=500) if rows else []


def withdraw_messages(about_ids: Iterable[UUID]) -> int:
    """Do not send what still waits about these rows, in the caller's transaction; the number of messages."""
    waiting = OutboxMessage.objects.filter(about_id__in=list(about_ids), status=Status.QUEUED)
    return waiting.update(status=Status.CANCELLED, updated_at=now())


def _row_of(letter: Letter) -> OutboxMessage:
    subject, body = _render(letter.template, letter.language, {**letter.context, "channel": letter.channel})
    return OutboxMessage(
        channel=Channel(letter.channel),
        to=letter.to,
        language=letter.language,
        template=letter.template,
        subject=subject,
        body=body,
        next_attempt_at=now(),
        user_id=letter.user_id,
        organisation_id=letter.organisation_id,
        about_id=letter.about_id,
        not_after_at=letter.not_after_at,
    )


def _render(template: str, language: str, context: Mapping[str, Any]) -> tuple[str, str]:
    values = {"site_name": SITE_NAME, "site_url": settings.SITE_URL, **context}
    with translation.override(language):
        text = Engine.get_default().get_template(f"mail/{template}.txt").render(Context(values, autoescape=False))
    subject, _newline, body = text.strip().partition("\n")
    # Conditions in a template leave empty lines where they said nothing.
    body = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", body)).strip()
    return " ".join(without_links(subject).split())[:SUBJECT_LENGTH], body + "\n"


def _enqueue(message_id: UUID) -> None:
    enqueue(send_message, message_id, key=f"mail {message_id}")


def send_message(message_id: str) -> None:
    """Send one message, if it still waits and nobody else is at it; a job.

    No transaction is open while the other side is spoken to. What it answers is written down at once; only a worker
    killed in between leaves a message that goes out twice, under the same Message-ID.
    """
    message = _take(message_id)
    if message is None:
        return
    try:
        deliver(message)
    except Exception as error:  # whatever a server, a folder or an address can do
        _note_failure(message, error)
    else:
        _close(message, status=Status.SENT, sent_at=now(), last_error="")


def _take(message_id: str) -> OutboxMessage | None:
    """Reserve the message for one attempt."""
    with transaction.atomic():
        due = OutboxMessage.objects.select_for_update().filter(status=Status.QUEUED, next_attempt_at__lte=now())
        message = due.filter(id=message_id).first()
        if message is not None and message.not_after_at is not None and message.not_after_at <= now():
            _close(message, status=Status.CANCELLED)
            return None
        if message is not None:
            message.attempts += 1
            message.next_attempt_at = now() + SENDING
            message.save(update_fields=["attempts", "next_attempt_at", "updated_at"])
    return message


def _note_failure(message: OutboxMessage, error: Exception) -> None:
    """Keep the kind of error, not its words: servers like to repeat the address in them."""
    kind = type(error).__name__
    code = getattr(error, "smtp_code", None) or getattr(error, "code", None) or getattr(error, "errno", None)
    reason = f"{kind} {code}" if code else kind
    if message.attempts > len(PAUSES):
        logger.error("message %s: given up after %d attempts: %s", message.id, message.attempts, reason)
        _close(message, status=Status.FAILED, last_error=reason)
        return
    pause = timedelta(seconds=PAUSES[message.attempts - 1])
    logger.warning("message %s: attempt %d: %s; again in %s", message.id, message.attempts, reason, pause)
    _close(message, next_attempt_at=now() + pause, last_error=reason)


def _close(message: OutboxMessage, **values: Any) -> None:
    """Write down how the attempt ended, if the message still waits (it may have been cancelled or erased meanwhile)."""
    OutboxMessage.objects.filter(id=message.id, status=Status.QUEUED).update(updated_at=now(), **values)


def enqueue_due_messages() -> None:
    """Enqueue what is due: letters of many, after a failed attempt, or left behind by a worker that died; a job of the
    timetable. So many at a time, the longest waiting first: whoever books in an opening rush goes before mail."""
    for message_id in (
        OutboxMessage.objects.filter(status=Status.QUEUED, next_attempt_at__lte=now())
        .order_by("next_attempt_at")
        .values_list("id", flat=True)[:AT_A_TIME]
    ):
        _enqueue(message_id)
