"""Words of the entrance: data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ScanType(models.TextChoices):
    """Which way somebody goes."""

    ENTRY = "entry", _("Entry")
    EXIT = "exit", _("Exit")


class Reason(models.TextChoices):
    """Why a scan is refused (contract §3.1); the label is what staff reads."""

    UNKNOWN = "unknown", _("We do not know this ticket here.")
    INVALID = "invalid", _("This is not one of our tickets.")
    WRONG_FAIR = "wrong_fair", _("This ticket is for another fair.")
    CANCELED = "canceled", _("This registration was cancelled.")
    REVOKED = "revoked", _("This ticket was replaced by a newer one.")
    NOT_CONFIRMED = "not_confirmed", _("This registration is not confirmed yet.")
    TOO_EARLY = "too_early", _("The doors are not open yet.")
    TOO_LATE = "too_late", _("The doors are closed.")
    ALREADY_INSIDE = "already_inside", _("Already inside.")
    NOT_INSIDE = "not_inside", _("Not inside at the moment.")
    WRONG_GATE = "wrong_gate", _("This ticket enters by another gate.")
    FAIR_FULL = "fair_full", _("The fair is full at the moment.")


KEPT_REASONS = (Reason.ALREADY_INSIDE, Reason.NOT_INSIDE)
"""Refusals that only say where the person was: such a scan counts later if one that arrives late makes it right."""
