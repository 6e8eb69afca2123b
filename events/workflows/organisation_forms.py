"""The forms of an organisation's team, of tokens, and of what is looked for in the audit trail."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.accounts.enums import Role, Scope
from backend.accounts.services.tokens import DEFAULT_DAYS, LONGEST_DAYS
from backend.core.forms import TextField

ROLES: dict[str, Promise] = {
    Role.OWNER: _("Owner: does everything, and names other owners"),
    Role.ORGANISER: _("Organiser: makes and runs the fairs, and invites people"),
    Role.STAFF: _("Event staff: scans tickets at the entrance"),
    Role.ADVISER: _("Adviser: registers the people they accompany, and books for them"),
    Role.AUDITOR: _("Auditor: reads everything, changes nothing"),
}
SCOPES: dict[str, Promise] = {
    Scope.ORGANISER: _("Organise fairs: what an organiser does on these pages, in all your organisations"),
    Scope.CHECKIN: _("Entrance: scan tickets, and see who is inside"),
    Scope.CHECKIN_FORCE: _("Admit against a refusal: let somebody in, with a reason, although the scan says no"),
    Scope.EMPLOYER: _("Employer: the profile, offers, schedules and interviews of the employers you work for"),
    Scope.CANDIDATE: _("Candidate: your own registrations and interviews"),
    Scope.ADVISER: _("Adviser: register the people you accompany, and book for them"),
    Scope.SENSITIVE: _("Sensitive fields: also read and write what the law protects most, such as a disability"),
    Scope.READ: _("Read only: the lists of your organisations, without changing anything"),
}
"""What a token may do, each in a sentence."""


class RoleForm(forms.Form):
    """What somebody is in the organisation, out of the roles one may give."""

    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)

    def __init__(self, data: Any, *, roles: Iterable[str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["role"].choices = [(role, ROLES[role]) for role in roles]  # type: ignore[attr-defined]


class InviteForm(RoleForm):
    """Whom to invite, as what."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"})
    )
    field_order = ("email", "role")


class TokenForm(forms.Form):
    """What makes a token, out of the scopes that one's roles are worth."""

    name = TextField(label=_("Name"), max_length=100, help_text=_("What it is for, such as the name of the program."))
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(
        label=_("Days until it expires"), min_value=1, max_value=LONGEST_DAYS, initial=DEFAULT_DAYS
    )

    def __init__(self, data: Any, *, scopes: Iterable[str]) -> None:
        super().__init__(data)
        self.fields["scopes"].choices = [(scope, SCOPES[scope]) for scope in scopes]  # type: ignore[attr-defined]


class TrailForm(forms.Form):
    """Which lines of the audit trail; a choice that makes no sense narrows nothing."""

    action = forms.ChoiceField(label=_("What"), required=False)
    person = forms.ChoiceField(label=_("Who"), required=False)

    def __init__(self, data: Any, *, actions: Iterable[tuple[str, Any]], people: Iterable[tuple[str, Any]]) -> None:
        super().__init__(data)
        self.fields["action"].choices = [("", _("everything")), *actions]  # type: ignore[attr-defined]
        self.fields["person"].choices = [("", _("everybody")), *people]  # type: ignore[attr-defined]
