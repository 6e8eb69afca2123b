"""Pages: signing in with a code, and out."""

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from backend.accounts.enums import CodePurpose
from backend.accounts.forms import AddressForm, CodeForm
from backend.accounts.navigation import home_of
from backend.accounts.pages import PageRequest
from backend.accounts.services.codes import send_sign_in_code, use_code
from backend.accounts.sessions import next_of, signed_in
from backend.core.errors import DomainError

MEMORY = "sign_in"
"""Where the session keeps to which address a code went, and where its person wanted to go."""


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: PageRequest) -> HttpResponse:
    """Ask for an address and send it a code; the answer is the same for an address nobody has."""
    target = next_of(request)
    if request.method != "POST" and request.user.is_authenticated:
        return redirect(target or home_of(request.actor))
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        send_sign_in_code(address, actor=request.actor, language=get_language())
        request.session[MEMORY] = {"address": address, "next": target}
        return redirect("sign-in-code")
    status = 422 if form.is_bound else 200
    return render(request, "accounts/sign_in.html", {"form": form, "next": target}, status=status)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: PageRequest) -> HttpResponse:
    """Ask for the code that was sent, and sign in."""
    memory = request.session.get(MEMORY)
    if memory is None:
        return redirect("sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            mailed = use_code(
                CodePurpose.SIGN_IN, subject_id=None, address=memory["address"], code=form.cleaned_data["code"]
            )
        except DomainError as error:
            form.add_error("code", str(error.detail))
        else:
            assert mailed.user is not None
            del request.session[MEMORY]
            return signed_in(request, mailed.user, memory["next"])
    status = 422 if form.is_bound else 200
    context = {"form": form, "address": memory["address"], "next": memory["next"]}
    return render(request, "accounts/sign_in_code.html", context, status=status)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: PageRequest) -> HttpResponse:
    """Sign out; a link leads to the button, so that no picture in a message can do it."""
    if request.method == "POST":
        logout(request)
        return redirect("/")
    return render(request, "accounts/sign_out.html")
