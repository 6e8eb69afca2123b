"""The forms of an employer's profile and team."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.core.forms import ChangeForm, TextField
from backend.core.text import phone_e164
from events.employers.enums import EmployerRole, EmployerSize
from events.employers.identifiers import clean_naf, clean_siret
from events.employers.models import Employer

ROLES: dict[str, Promise] = {
    EmployerRole.RECRUITER: _("Recruiter: the profile, offers, schedules and interviews"),
    EmployerRole.ADMIN: _("Administrator: the same, and invites and removes people"),
}


class ProfileForm(ChangeForm):
    """Who an employer is, within the same bounds as over REST (`EmployerSerializer`)."""

    name = TextField(label=_("Name"), max_length=100, widget=forms.TextInput({"autocomplete": "organization"}))
    description = TextField(
        label=_("Who you are"),
        max_length=5_000,
        required=False,
        help_text=_("What you do, whom you look for, what it is like to work with you: candidates read it first."),
        widget=forms.Textarea({"rows": 6}),
    )
    website = forms.URLField(label=_("Website"), max_length=200, required=False, assume_scheme="https")
    sector = TextField(label=_("Sector"), max_length=100, required=False)
    size = forms.ChoiceField(label=_("Staff"), choices=[("", _("not said")), *EmployerSize.choices], required=False)
    contact_email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        help_text=_("For the organiser; candidates do not see it."),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        help_text=_("For the organiser; candidates do not see it."),
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
    )
    address = TextField(
        label=_("Address"), max_length=200, required=False, widget=forms.TextInput({"autocomplete": "street-address"})
    )
    postcode = TextField(
        label=_("Postcode"), max_length=10, required=False, widget=forms.TextInput({"autocomplete": "postal-code"})
    )
    commune = TextField(
        label=_("Town"), max_length=100, required=False, widget=forms.TextInput({"autocomplete": "address-level2"})
    )
    siret = forms.CharField(
        label=_("SIRET"), max_length=40, required=False, help_text=_("The 14 digits of the establishment.")
    )
    naf = TextField(
        label=_("NAF code"), max_length=10, required=False, help_text=_("The main activity, such as 62.01Z.")
    )

    def __init__(self, data: Any, *, employer: Employer) -> None:
        super().__init__(data, initial={name: getattr(employer, name) for name in self.base_fields})

    def clean_phone(self) -> str:
        """In E.164 form."""
        return _cleaned(self.cleaned_data["phone"], phone_e164)

    def clean_siret(self) -> str:
        """Its 14 digits."""
        return _cleaned(self.cleaned_data["siret"], clean_siret)

    def clean(self) -> dict[str, Any]:
        """Another NAF code brings its nomenclature."""
        if (code := self.cleaned_data.get("naf")) and "naf" in self.changed_data:
            try:
                self.cleaned_data["naf"], self.cleaned_data["naf_nomenclature"] = clean_naf(code)
            except ValueError as error:
                self.add_error("naf", str(error))
        return self.cleaned_data

    def changes(self) -> dict[str, Any]:
        """What was changed, as the service takes it."""
        names = {*self.changed_data, *(["naf_nomenclature"] if "naf" in self.changed_data else [])}
        return {name: value for name, value in self.cleaned_data.items() if name in names}


class TeammateForm(forms.Form):
    """What somebody is in an employer's team."""

    role = forms.ChoiceField(label=_("Role"), choices=list(ROLES.items()), widget=forms.RadioSelect)


class InviteTeammateForm(TeammateForm):
    """Whom to invite into an employer's team, as what."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"})
    )
    field_order = ("email", "role")


def _cleaned(text: str, clean: Any) -> str:
    try:
        return str(clean(text)) if text else ""
    except ValueError as error:
        raise ValidationError(str(error)) from error
