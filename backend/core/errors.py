"""Errors that the outside can rely on: one registry of stable codes, one exception."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """What a code means: the HTTP status it answers with and its sentence in the reader's language."""

    code: str
    status: int
    detail: str | Promise


class DomainError(Exception):
    """A refusal with a stable code.

    `errors` names fields with what is wrong in each; `extra` are further members of the problem document
    (such as `alternatives`). A code that is not in the registry is a programming mistake and raises KeyError.
    """

    def __init__(
        self,
        code: str,
        detail: str | Promise | None = None,
        *,
        errors: Mapping[str, list[Any]] | None = None,
        extra: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        self.kind = REGISTRY[code]
        self.code = code
        self.detail = detail or self.kind.detail
        self.errors = {field: list(messages) for field, messages in (errors or {}).items()}
        self.extra = dict(extra or {})
        self.retry_after = retry_after
        super().__init__(code)

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"

    @property
    def sentence(self) -> str:
        """The refusal in one line for a terminal: what is wrong, field by field where fields are named."""
        fields = "; ".join(f"{field}: {' '.join(map(str, messages))}" for field, messages in self.errors.items())
        return fields or str(self.detail)


def invalid(field: str, message: str | Promise) -> DomainError:
    """The error `invalid` for one field."""
    return DomainError("invalid", errors={field: [str(message)]})


_KINDS = [
    # the way in
    ErrorKind("invalid", 400, _("Something in what you sent is not right.")),
    ErrorKind("malformed", 400, _("The request could not be read.")),
    ErrorKind("not_authenticated", 401, _("Sign in, or send a valid token.")),
    ErrorKind("forbidden", 403, _("Your role does not include this.")),
    ErrorKind("csrf_failed", 403, _("This form is too old. Reload the page and send it again.")),
    ErrorKind("not_found", 404, _("There is nothing here for you.")),
    ErrorKind("method_not_allowed", 405, _("This address does not know that method.")),
    ErrorKind("not_acceptable", 406, _("This address has no such format.")),
    ErrorKind("too_large", 413, _("What you sent is too large.")),
    ErrorKind("unsupported_media_type", 415, _("This address does not read that type of content.")),
    ErrorKind("rate_limited", 429, _("Too many tries. Wait a little, then try again.")),
    ErrorKind("server_error", 500, _("Something went wrong on our side. Nothing was changed.")),
    ErrorKind("unavailable", 503, _("The service is busy or restarting. Try again in a moment.")),
    ErrorKind("idempotency_conflict", 409, _("This Idempotency-Key was used with another content.")),
    ErrorKind("idempotency_in_progress", 409, _("The first request with this Idempotency-Key is still under way.")),
    ErrorKind("wrong_state", 409, _("The present state does not allow this.")),
    # sign-in and registration
    ErrorKind("code_wrong", 400, _("This code is wrong or no longer valid. Ask for a new one.")),
    ErrorKind("already_registered", 409, _("This person is registered already.")),
    ErrorKind("registration_not_open", 409, _("Registration is not open yet.")),
    ErrorKind("registration_closed", 409, _("Registration is closed.")),
    ErrorKind("not_confirmed", 409, _("This registration is not confirmed yet.")),
    # teams
    ErrorKind("last_owner", 409, _("An organisation keeps at least one owner. Make somebody else an owner first.")),
    ErrorKind("last_administrator", 409, _("A team keeps at least one administrator. Name somebody else first.")),
    # fairs, employers, stands
    ErrorKind("slug_taken", 409, _("This address is taken. Choose another.")),
    ErrorKind("label_taken", 409, _("A stand with this label exists already.")),
    ErrorKind("already_exists", 409, _("This exists already.")),
    ErrorKind("not_accepted", 409, _("This employer is not accepted for the fair.")),
    ErrorKind("stand_taken", 409, _("This stand is taken by another employer.")),
    ErrorKind("slots_booked", 409, _("Booked interviews are in the way.")),
    # interviews: contract §4
    ErrorKind("not_registered", 409, _("This registration cannot book at this fair.")),
    ErrorKind("booking_not_open", 409, _("Booking is not open yet.")),
    ErrorKind("booking_closed", 409, _("Booking is closed.")),
    ErrorKind("slot_closed", 409, _("This time is no longer offered.")),
    ErrorKind("already_booked", 409, _("You have an interview with this employer already.")),
    ErrorKind("overlapping_booking", 409, _("You have another interview too close to this time.")),
    ErrorKind("booking_limit", 409, _("You have as many interviews as this fair allows.")),
    ErrorKind("hold_expired", 409, _("The time to confirm ran out and the place was taken.")),
    ErrorKind("slot_full", 409, _("This time is full.")),
    ErrorKind("slot_free", 409, _("A place is free. Book it.")),
    ErrorKind("not_offered", 409, _("No place is offered to you here.")),
    ErrorKind("offer_expired", 409, _("The offer ran out and the place went to the next.")),
    ErrorKind("too_late_to_cancel", 409, _("It is too late to cancel this interview.")),
    # imports, badges
    ErrorKind("too_early_to_release", 409, _("The grace time of this interview is not over yet.")),
    ErrorKind("not_inside", 409, _("This person is not inside.")),
    ErrorKind("import_refused", 400, _("Nothing was imported: some rows need a correction.")),
    ErrorKind("not_ready", 409, _("The badges are not ready yet.")),
    ErrorKind("nothing_to_print", 409, _("There is nothing to print.")),
    ErrorKind("print_failed", 409, _("The badges could not be made. Start the job again.")),
]
REGISTRY: dict[str, ErrorKind] = {kind.code: kind for kind in _KINDS}


def kinds_in_order() -> list[ErrorKind]:
    """What there is to refuse with, by status and code, for people to read."""
    return sorted(REGISTRY.values(), key=lambda kind: (kind.status, kind.code))
