"""One scan as it comes in, and the answer it gets: plain values, the same for REST, batches and websockets."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.accounts.actors import Actor
from backend.core.errors import DomainError
from checkin.enums import ScanType


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What a gate sends (contract §3.1).

    `scanned_at` is None for "now". `actor` and `language` are set where scans of several people stand in one list;
    without them the list's actor and the thread's language hold.
    """

    secret: str
    type: ScanType
    nonce: UUID
    scanned_at: datetime | None = None
    gate_id: UUID | None = None
    is_forced: bool = False
    force_reason: str = ""
    actor: Actor | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer as JSON and the HTTP status it has over REST, also when the nonce comes again.

    `error` is set where the scan cannot be read or may not be made: then nothing is recorded, a list says `invalid` in
    its place, and who sent it alone gets the error.
    """

    http_status: int
    body: dict[str, Any]
    error: DomainError | None = None
