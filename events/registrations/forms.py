"""What a person fills in to register."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from backend.accounts.forms import AddressField
from backend.core.forms import TextField
from events.employers.identifiers import clean_rome
from events.offers.enums import ContractType

EARLIEST_BIRTH = date(1900, 1, 1)
MOST_ROME_CODES = 20


def text(autocomplete: str) -> forms.TextInput:
    """A line that the browser knows how to fill in."""
    return forms.TextInput(attrs={"autocomplete": autocomplete})


class RegisterForm(forms.Form):
    """A registration, as `services.register` takes it; three fields are required, and consents are never ticked."""

    given_name = TextField(label=_("Given name"), max_length=100, widget=text("given-name"))
    family_name = TextField(label=_("Family name"), max_length=100, required=False, widget=text("family-name"))
    contact = AddressField(help_text=_("We send your code and your ticket there."))
    birth_date = forms.DateField(
        label=_("Date of birth"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "bday"}),
        help_text=_("Only if you are under 18: your badge then leaves out your family name."),
    )
    guardian_name = TextField(
        label=_("Name of a parent or guardian"),
        max_length=100,
        required=False,
        widget=text("off"),
        help_text=_("Under 15 your parent or guardian has to agree. We write to them."),
    )
    guardian_contact = AddressField(label=_("Their e-mail address or mobile number"), required=False)
    contract_types = forms.MultipleChoiceField(
        label=_("What do you look for?"),
        choices=ContractType.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    rome_codes = forms.CharField(
        label=_("Jobs you look for, as ROME codes"),
        max_length=200,
        required=False,
        help_text=_("If you know them, such as M1805, G1602. Your adviser does."),
    )
    needs = TextField(
        label=_("What would help you on the day?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Such as an interview seated, sign language, a calm place. Employers never see this."),
    )
    privacy = forms.BooleanField(label=_("I agree that the organiser uses what I fill in to run this fair."))
    share_cv = forms.BooleanField(label=_("Employers I have an interview with may read my CV."), required=False)
    contact_after = forms.BooleanField(
        label=_("The organiser may write to me about other fairs after this one."), required=False
    )

    def clean_birth_date(self) -> date | None:
        """Raise ValidationError for a day on which nobody alive was born."""
        day: date | None = self.cleaned_data["birth_date"]
        if day is not None and not EARLIEST_BIRTH <= day < timezone.localdate():
            raise ValidationError(_("A birth date lies in the past, after 1900."))
        return day

    def clean_rome_codes(self) -> list[str]:
        """The codes, whatever stands between them. Raises ValidationError for what is none."""
        words = re.split(r"[\s,;|]+", self.cleaned_data["rome_codes"].strip())
        try:
            return [clean_rome(word) for word in words if word][:MOST_ROME_CODES]
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def values(self) -> dict[str, Any]:
        """What was filled in, as the service takes it."""
        data = self.cleaned_data
        kept = ("given_name", "family_name", "birth_date", "contract_types", "rome_codes", "needs")
        return {
            **{name: data[name] for name in kept},
            **by_channel(data["contact"]),
            "guardian": {"name": data["guardian_name"], **by_channel(data["guardian_contact"])},
            "language": (get_language() or "fr")[:2],
            "consents": {name: data[name] for name in ("privacy", "share_cv", "contact_after")},
        }


def by_channel(address: str) -> dict[str, str]:
    """An address as the e-mail or the phone number that it is."""
    return {"email": address, "phone": ""} if "@" in address else {"email": "", "phone": address}
