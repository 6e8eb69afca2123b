"""Pages of the kernel itself."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.core.errors import kinds_in_order


@login_not_required
@require_safe
def error_codes(request: HttpRequest) -> HttpResponse:
    """Say what each code of a problem document means: its `type` leads to the code's line."""
    return render(request, "error_codes.html", {"kinds": kinds_in_order()})
