"""Writes of registrations and tickets, one module per verb."""

from events.registrations.services.bulk import amend_registrations, register_many
from events.registrations.services.cancelling import cancel_registration_row, lock_registration
from events.registrations.services.confirming import (
    confirm_own,
    confirm_with_address,
    confirm_with_code,
    confirm_with_link,
    consent_as_guardian,
    send_code_again,
)
from events.registrations.services.gates import create_gate
from events.registrations.services.registering import register
from events.registrations.services.settling import lock_fair, promote_waitlisted
from events.registrations.services.ticketing import reissue_ticket

__all__ = [
    "amend_registrations",
    "cancel_registration_row",
    "confirm_own",
    "confirm_with_address",
    "confirm_with_code",
    "confirm_with_link",
    "consent_as_guardian",
    "create_gate",
    "lock_fair",
    "lock_registration",
    "promote_waitlisted",
    "register",
    "register_many",
    "reissue_ticket",
    "send_code_again",
]
