"""Who is who: organisations, people, their roles, their tokens and mailed codes."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.accounts.enums import CodePurpose, Role
from backend.core.models import Row, uuid7
from backend.core.text import email_key


class Organisation(Row):
    """An organiser: the tenant. Nothing of one is seen by another."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=80, unique=True)
    registrations_per_hour = models.PositiveIntegerField(
        default=20, help_text=_("Anonymous registrations accepted from one IP address in an hour.")
    )

    def __str__(self) -> str:
        return self.name


class Users(BaseUserManager["User"]):
    """Makes people for Django's own commands; services make all others."""

    def create_superuser(self, email_key: str, password: str | None = None, **fields: Any) -> "User":
        """A person who may use /admin/ with a password."""
        user = self.model(email=email_key, is_staff=True, is_superuser=True, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an e-mail address, a phone number, or both; no password is needed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(blank=True)
    email_key = models.CharField(max_length=254, unique=True, null=True, editable=False)
    phone = models.CharField(max_length=20, unique=True, null=True, blank=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=5, default="fr")
    is_staff = models.BooleanField(default=False, help_text=_("May use the administration site."))
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Users] = Users()
    USERNAME_FIELD = "email_key"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the key by which the address is found in step with it."""
        self.email_key = email_key(self.email) if self.email else None
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.name or self.email or self.phone or str(self.id)


class Membership(Row):
    """A person's role in an organisation."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user", "role"],
                name="membership_once",
                violation_error_message=_("This person has this role already."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="membership_role", violation_error_message=_("Unknown role.")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.organisation}"


class ApiToken(Row):
    """A bearer token: only its hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class MailedCode(Row):
    """A six-digit code and a link, sent together; either works once."""

    purpose = models.CharField(max_length=12, choices=CodePurpose)
    address_key = models.CharField(max_length=254, db_index=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    subject_id = models.UUIDField(null=True, db_index=True)
    code_hash = models.CharField(max_length=64)
    link_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField(default=5)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"
