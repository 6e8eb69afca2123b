"""What every table shares (UUIDv7 keys, timestamps) and the kernel's own tables."""

import os
import time
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from backend.core.crypto import EncryptedTextField


def uuid7() -> uuid.UUID:
    """A time-ordered identifier (RFC 9562, version 7): 48 bits of milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=value)


class Row(models.Model):
    """A row with a time-ordered id and the instants of its making and last change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True


class Event(models.Model):
    """What happened, written in the transaction that made it happen; sockets read it after the commit."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=60)
    topics = models.JSONField()
    data = models.JSONField()
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.id} {self.name}"


class AuditEntry(models.Model):
    """Who moved what from which state to which, when and why. Names nobody: people stand as ids."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(db_index=True)
    organisation_id = models.UUIDField(null=True)
    actor_kind = models.CharField(max_length=12)
    actor_user_id = models.UUIDField(null=True)
    actor_token_id = models.UUIDField(null=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.UUIDField()
    from_state = models.CharField(max_length=40, blank=True)
    to_state = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["organisation_id", "at"], name="audit_organisation"),
        ]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action} {self.object_type} {self.object_id}"


class IdempotentAnswer(models.Model):
    """The answer given to a POST that carried an Idempotency-Key, kept for 24 hours; it may hold a token shown once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    caller = models.CharField(max_length=80)
    path = models.CharField(max_length=300)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = EncryptedTextField(blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["caller", "path", "key"],
                name="idempotency_once",
                violation_error_message=_("This Idempotency-Key was used already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.caller} {self.path} {self.key}"
