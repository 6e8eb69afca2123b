"""The page on which a fair's badges are printed."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from backend.accounts.pages import PageRequest, for_roles
from badges.formats import FORMATS
from badges.models import PrintJob
from badges.selectors import visible_print_jobs
from badges.services import request_print_job
from events.insights.selectors import figures
from events.workflows.organiser_forms import BadgesForm
from events.workflows.organiser_views import PAGES, organised_fair

JOBS = 10


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("organiser")
def fair_badges(request: PageRequest, fair: str) -> HttpResponse:
    """`/organiser/{fair}/badges/`: have badges drawn, and fetch them; a job goes on when the page is left."""
    row = organised_fair(request, fair)
    form = BadgesForm(request.POST or None)
    if form.is_bound and form.is_valid():
        request_print_job(row, form.selection(), actor=request.actor)
        return redirect("organiser-badges", fair=row.slug)
    jobs = visible_print_jobs(request.actor).filter(fair=row).order_by("-created_at", "-id")[:JOBS]
    context = {"fair": row, "form": form, "figures": figures(row), "jobs": [_shown(job) for job in jobs]}
    return render(request, f"{PAGES}/fair_badges.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
@for_roles("organiser")
def print_job(request: PageRequest, fair: str, job: UUID) -> HttpResponse:
    """`/organiser/{fair}/badges/{job}/`: how far one job is, for the page that shows it."""
    row = organised_fair(request, fair)
    found = get_object_or_404(visible_print_jobs(request.actor).filter(fair=row), pk=job)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("organiser-badges", fair=row.slug)
    return render(request, f"{PAGES}/print_job.html", {"fair": row, "job": _shown(found)})


def _shown(job: PrintJob) -> dict[str, object]:
    """A job with the words and numbers of the page."""
    badge_format = FORMATS[job.format]
    return {"row": job, "format": badge_format.label, "pages": -(-job.total // badge_format.badges_per_page)}
