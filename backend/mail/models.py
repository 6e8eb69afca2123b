"""The outbox: messages written in the transaction that makes them necessary, sent by the worker."""

from django.db import models

from backend.core.models import Row
from backend.mail.enums import Channel, Status


class OutboxMessage(Row):
    """One message to one address. Names people, and what it is about, by id columns, since the outbox lies below them.

    By `about_id` what waits can be withdrawn; after `not_after_at` it is too late to send it.
    """

    channel = models.CharField(max_length=8, choices=Channel)
    to = models.CharField(max_length=254)
    language = models.CharField(max_length=8)
    template = models.CharField(max_length=60)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField()
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    user_id = models.UUIDField(null=True, db_index=True)
    organisation_id = models.UUIDField(null=True, db_index=True)
    about_id = models.UUIDField(null=True)
    not_after_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_attempt_at"], name="outbox_due", condition=models.Q(status=Status.QUEUED)),
            models.Index(fields=["about_id"], name="outbox_about", condition=models.Q(status=Status.QUEUED)),
        ]
        constraints = [
            models.CheckConstraint(
                name="outbox_sent_when",
                condition=models.Q(status=Status.SENT, sent_at__isnull=False)
                | (~models.Q(status=Status.SENT) & models.Q(sent_at__isnull=True)),
                violation_error_message="A message is sent when there is an instant at which it was.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.id}"
