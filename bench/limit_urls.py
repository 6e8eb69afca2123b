"""The limits over HTTP: what the same work costs a Django view that does nothing but it, in as few statements.

They are served by the same processes and pool, without middleware, authentication, serializers and rules.
"""

import json
import os
from collections.abc import Callable
from functools import cache
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client
from django.urls import path

from backend import urls
from backend.core.clock import now
from backend.core.crypto import hash_secret
from backend.core.models import AuditEntry
from checkin.models import Scan
from events.interviews.models import Slot
from events.interviews.selectors import bookable
from events.registrations.models import Registration


def process(request: HttpRequest) -> JsonResponse:
    """Say which process answers."""
    return JsonResponse({"pid": os.getpid()})


@transaction.atomic
def admit(request: HttpRequest) -> JsonResponse:
    """Lock the registration of a ticket, write one row."""
    body = json.loads(request.body)
    found = Registration.objects.filter(tickets__secret_hash=hash_secret(body["secret"]))
    row = found.select_for_update(of=("self",)).values("id", "fair_id", "given_name", "family_name", "code").get()
    at = now()
    Scan.objects.create(
        fair_id=row["fair_id"],
        nonce=UUID(body["nonce"]),
        type=body["type"],
        reason="unknown",
        http_status=404,
        scanned_at=at,
        received_at=at,
        answer=row | {"id": str(row["id"]), "fair_id": str(row["fair_id"])},
    )
    return JsonResponse(row, status=201)


@transaction.atomic
def book(request: HttpRequest, slot: UUID) -> JsonResponse:
    """Lock a slot, write one row."""
    locked = Slot.objects.select_for_update(of=("self",)).values("id", "starts_at", "ends_at", "capacity").get(pk=slot)
    AuditEntry.objects.create(at=now(), action="bench.booked", object_type="slot", object_id=slot, actor_kind="system")
    return JsonResponse(locked, status=201)


def listing(request: HttpRequest, fair: UUID) -> JsonResponse:
    """Count, and give fifty rows."""
    rows = Registration.objects.filter(fair_id=fair).order_by("sort_key", "id")
    fields = ("id", "code", "given_name", "family_name", "kind", "status", "presence", "channel", "language", "commune")
    return JsonResponse(
        {"count": rows.count(), "results": list(rows.values(*fields, "email", "phone", "postcode")[:50])}
    )


def times(request: HttpRequest, fair: UUID) -> JsonResponse:
    """Give the fair's free times to come."""
    free = bookable(Slot.objects.filter(fair=fair), now()).order_by("starts_at", "id")
    rows = free.values_list("id", "starts_at", "ends_at", "stand_id", "employer_id")
    return JsonResponse({"results": list(rows)})


def page(request: HttpRequest, fair: str) -> HttpResponse:
    """Give the bytes of the fair's public page, made once."""
    return HttpResponse(_page(fair))


@cache
def _page(fair: str) -> bytes:
    return Client(headers={"host": "localhost"}).get(f"/fairs/{fair}/").content


VIEWS: dict[str, Callable[..., HttpResponse]] = {
    "process/": process,
    "admit/": admit,
    "book/<uuid:slot>/": book,
    "list/<uuid:fair>/": listing,
    "times/<uuid:fair>/": times,
    "page/<str:fair>/": page,
}
urlpatterns = [*(path(f"limit/{route}", view) for route, view in VIEWS.items()), *urls.urlpatterns]
