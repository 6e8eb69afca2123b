"""Pages of the entrance: which fairs one may scan, and the scanner."""

import json
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from backend.accounts.pages import PageRequest, for_roles
from backend.core.api import found_by_slug
from backend.core.clock import now
from checkin import selectors, verdicts
from checkin.forms import ScanForm, blank_scan
from checkin.permissions import can_force
from checkin.services import admit_scans
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.fairs.phases import phase
from events.fairs.selectors import scannable_fairs

STILL_SHOWN = timedelta(hours=12)
"""For how long after its end a fair is listed: devices come back with scans."""


@require_safe
@for_roles("checkin")
def staff_home(request: PageRequest) -> HttpResponse:
    """`/staff/`: the fairs at whose doors one may scan, today's first."""
    at = now()
    fairs = scannable_fairs(request.actor).filter(status=FairStatus.PUBLISHED, ends_at__gt=at - STILL_SHOWN)
    rows = [(fair, phase(fair, at)) for fair in fairs.select_related("venue").order_by("starts_at", "id")[:50]]
    return render(request, "checkin/staff_home.html", {"rows": rows})


@require_safe
@for_roles("checkin")
def staff_fair(request: PageRequest, fair: str) -> HttpResponse:
    """`/staff/{fair}/`: the scanner."""
    return redirect("staff-scan", fair=found_by_slug(scannable_fairs(request.actor), fair).slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("checkin")
def scan(request: PageRequest, fair: str) -> HttpResponse:
    """`/staff/{fair}/scan/`: the scanner; a posted scan is answered on the page itself."""
    row = found_by_slug(scannable_fairs(request.actor), fair)
    form = ScanForm(request.POST or None, fair=row)
    shown = None
    if form.is_bound and form.is_valid():
        [answer] = admit_scans(row, [form.scan()], actor=request.actor)
        if answer.error:
            raise answer.error
        shown = verdicts.verdict(answer.body, type=form.cleaned_data["type"], fair=row)
    context = _scanner(request, row) | {"form": form, "shown": shown, "blank": blank_scan(form)}
    return render(request, "checkin/scan.html", context, status=422 if form.errors else 200)


def _scanner(request: PageRequest, fair: Fair) -> dict[str, Any]:
    return {
        "fair": fair,
        "gates": list(fair.gates.order_by("name")),
        "counts": selectors.counts(fair, now()),
        "may_force": can_force(request.actor, fair),
        "server_time": now().isoformat(),
        "words": json.dumps(verdicts.words()),
        "forceable": " ".join(verdicts.FORCEABLE),
    }
