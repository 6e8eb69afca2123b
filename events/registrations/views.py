"""Pages: registering, the code, the mailed link, the guardian's consent."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from backend.accounts.forms import CodeForm
from backend.accounts.pages import PageRequest, add_refusal
from backend.accounts.sessions import next_of, signed_in
from backend.core.api import found_by_slug
from backend.core.clock import now
from backend.core.errors import DomainError
from events.fairs.models import Fair
from events.fairs.selectors import visible_fairs
from events.registrations import rules, selectors, services
from events.registrations.enums import RegistrationStatus
from events.registrations.forms import RegisterForm
from events.registrations.models import Registration

MEMORY = "registering"
"""Where the session keeps which address a code went to, and for which fair."""
FIELDS = {"email": "contact", "phone": "contact", "guardian": "guardian_name", "consents": "privacy"}
"""What the form calls what the service names."""

page = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@never_cache
@page
def register(request: PageRequest, fair: str) -> HttpResponse:
    """The short form; then the code, or the ticket for somebody signed in who registers their own address."""
    row = found_by_slug(visible_fairs(request.actor).select_related("organisation", "venue"), fair)
    if request.method != "POST" and selectors.own_registrations(request.actor).filter(fair=row).exists():
        return redirect(ticket_page(row))
    try:
        rules.refuse_outside_window(row, now(), is_preparing=False)
    except DomainError as error:
        status = 409 if request.method == "POST" else 200
        return render(request, "events/registrations/closed.html", {"fair": row, "error": error}, status=status)
    user = request.actor.user
    form = RegisterForm(request.POST or None, initial={"contact": (user.email or user.phone) if user else ""})
    if request.method == "POST" and form.is_valid():
        try:
            registration = services.register(row, actor=request.actor, values=form.values())
        except DomainError as error:
            if error.code == "already_registered" and _is_own(request, error.extra["registration"]):
                return redirect(ticket_page(row))
            if error.code != "already_registered" and error.kind.status != 400:
                raise
            add_refusal(form, error, **FIELDS)
        else:
            return _after(request, registration, row, form.cleaned_data["contact"])
    status = 422 if form.is_bound else 200
    return render(request, "events/registrations/register.html", {"fair": row, "form": form}, status=status)


def _is_own(request: PageRequest, registration_id: str) -> bool:
    return selectors.own_registrations(request.actor).filter(pk=registration_id).exists()


def _after(request: PageRequest, registration: Registration, fair: Fair, contact: str) -> HttpResponse:
    """Where a registration leads: to the code, to one's ticket, or back to the fair for who registered somebody."""
    if request.actor.user_id and registration.user_id == request.actor.user_id:
        return redirect(ticket_page(fair))
    if registration.status == RegistrationStatus.PENDING and registration.address_confirmed_at is None:
        request.session[MEMORY] = {"address": contact, "fair": fair.slug}
        return redirect("register-code", fair=fair.slug)
    messages.success(request, _("%(name)s is registered.") % {"name": registration.full_name})
    return redirect("fair", fair=fair.slug)


@login_not_required
@never_cache
@page
def register_code(request: PageRequest, fair: str) -> HttpResponse:
    """Ask for the code that was sent, confirm the registration and sign in. It looks the same for who was known."""
    row = found_by_slug(visible_fairs(request.actor), fair)
    memory = request.session.get(MEMORY)
    if memory is None or memory["fair"] != row.slug:
        return redirect("register", fair=row.slug)
    address = memory["address"]
    if "again" in request.POST:
        services.send_code_again(row, address, actor=request.actor)
        messages.success(request, _("We have sent you another code."))
        return redirect("register-code", fair=row.slug)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, _registration = services.confirm_with_address(address, form.cleaned_data["code"], actor=request.actor)
        except DomainError as error:
            form.add_error("code", str(error.detail))
        else:
            del request.session[MEMORY]
            return signed_in(request, user, ticket_page(row))
    context = {"fair": row, "form": form, "address": address}
    return render(request, "events/registrations/code.html", context, status=422 if form.is_bound else 200)


@login_not_required
@never_cache
@page
def mailed_link(request: PageRequest, link: str) -> HttpResponse:
    """A link out of a message: GET shows a button, for programs that read mail open every link; POST spends it."""
    if request.method != "POST":
        return render(request, "events/registrations/link.html", {"next": next_of(request)})
    try:
        user, registration = services.confirm_with_link(link, actor=request.actor)
    except DomainError as error:
        context = {"error": error}
        return render(request, "events/registrations/link.html", context, status=error.kind.status)
    return signed_in(request, user, ticket_page(registration.fair) if registration else next_of(request))


@login_not_required
@never_cache
@page
def guardian_consent(request: PageRequest, fair: str, token: str) -> HttpResponse:
    """What a child's parent or guardian is asked, and their yes."""
    registration = selectors.registration_of_guardian(token)
    if registration is None or registration.fair.slug != fair:
        raise DomainError("not_found")
    if request.method == "POST":
        services.consent_as_guardian(token, actor=request.actor)
        return redirect(request.path)
    context = {"fair": registration.fair, "registration": registration}
    return render(request, "events/registrations/guardian.html", context)


@require_POST
def confirm_own(request: PageRequest, fair: str) -> HttpResponse:
    """Confirm one's own registrations of a fair that still wait for the address."""
    rows = list(selectors.own_registrations(request.actor).filter(fair__slug=fair))
    if not rows:
        raise DomainError("not_found")
    for row in rows:
        if row.address_confirmed_at is None:
            services.confirm_own(row, actor=request.actor)
    return redirect(ticket_page(rows[0].fair))


def ticket_page(fair: Fair) -> str:
    """The address of one's own page of a fair."""
    return f"/me/fairs/{fair.slug}/"
