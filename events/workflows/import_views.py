"""The page on which a file is imported into a fair."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.accounts.pages import PageRequest, for_roles
from backend.core.errors import DomainError
from events.workflows.import_file import import_file
from events.workflows.import_rows import Report
from events.workflows.organiser_forms import FileForm, ImportForm
from events.workflows.organiser_views import PAGES, organised_fair

SHOWN_FAULTS = 200


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("organiser")
def fair_import(request: PageRequest, fair: str) -> HttpResponse:
    """`/organiser/{fair}/import/`: try a file, then import it; a file with a wrong row changes nothing.

    The file is sent again for the import: nothing of it is kept in between. Sending it twice makes nothing twice.
    """
    row = organised_fair(request, fair)
    form = ImportForm(request.POST or None, request.FILES or None, initial={"kind": "employers"})
    return import_page(
        request,
        f"{PAGES}/fair_import.html",
        {"fair": row, "form": form},
        lambda **file: import_file(row, actor=request.actor, kind=form.cleaned_data["kind"], **file),
    )


def import_page(
    request: PageRequest, template: str, context: dict[str, Any], run: Callable[..., Report]
) -> HttpResponse:
    """The page of an import with the form of `context`, and what `run` (file, name, is_dry_run) says of a file sent."""
    form: FileForm = context["form"]
    context["is_dry_run"] = request.POST.get("step") != "import"
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            context["report"] = run(file=file, name=file.name, is_dry_run=context["is_dry_run"])
        except DomainError as error:
            context |= {"error": error, "faults": _faults(error)}
    # htmx shows what came of the file only where the status says that something did.
    is_refused = bool(form.errors or "error" in context) and not request.htmx  # type: ignore[attr-defined]
    return render(request, template, context, status=422 if is_refused else 200)


def _faults(error: DomainError) -> list[dict[str, str]]:
    """What is wrong, by row, column and reason, from {"row 3": ["siret: …"]}; `file` stands for all of it."""
    faults = []
    for where, messages in error.errors.items():
        for message in messages:
            column, colon, reason = str(message).partition(": ")
            known = colon and " " not in column
            faults.append(
                {
                    "row": _("File") if where == "file" else where.removeprefix("row "),
                    "column": column if known else "",
                    "reason": reason if known else str(message),
                }
            )
    return faults[:SHOWN_FAULTS]
