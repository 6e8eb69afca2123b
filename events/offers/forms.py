"""The form of an offer."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from backend.core.forms import TextField
from events.employers.identifiers import clean_rome
from events.employers.models import Employer
from events.fairs.models import Fair
from events.offers import selectors
from events.offers.enums import ContractType
from events.offers.models import Offer

NAMED = 5
"""How many occupations an error names."""


class OfferForm(forms.Form):
    """What is offered, within the same bounds as over REST (`OfferTerms`)."""

    title = TextField(label=_("Title"), max_length=100)
    rome_code = forms.CharField(
        label=_("ROME code"),
        max_length=100,
        help_text=_("The occupation, such as H2913. Type a word to search the list."),
        widget=forms.TextInput({"list": "occupations", "autocomplete": "off"}),
    )
    contract_type = forms.ChoiceField(label=_("Contract"), choices=ContractType.choices)
    positions = forms.IntegerField(label=_("Positions"), min_value=1, max_value=10_000, initial=1)
    fair = forms.ModelChoiceField(
        Fair.objects.none(),
        label=_("Fair"),
        required=False,
        empty_label=_("none"),
        help_text=_("The public sees the offer on the page of this fair."),
    )
    commune = TextField(label=_("Town"), max_length=100, required=False)
    description = TextField(
        label=_("Description"), max_length=10_000, required=False, widget=forms.Textarea({"rows": 6})
    )
    starts_on = forms.DateField(
        label=_("First day"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    duration_months = forms.IntegerField(label=_("Duration, in months"), min_value=1, max_value=120, required=False)
    hours_per_week = forms.DecimalField(
        label=_("Hours a week"), min_value=1, max_value=168, max_digits=4, decimal_places=1, required=False
    )
    pay_min = forms.DecimalField(
        label=_("Lowest pay"),
        min_value=0,
        max_digits=9,
        decimal_places=2,
        required=False,
        help_text=_("Gross, in euros a month."),
    )
    pay_max = forms.DecimalField(
        label=_("Highest pay"),
        min_value=0,
        max_digits=9,
        decimal_places=2,
        required=False,
        help_text=_("Gross, in euros a month."),
    )
    no_diploma_needed = forms.BooleanField(label=_("No diploma needed"), required=False)
    accessible = forms.BooleanField(label=_("Open to people with a disability"), required=False)

    def __init__(self, data: Any, *, employers: list[Employer], offer: Offer | None = None) -> None:
        super().__init__(data, initial={name: getattr(offer, name) for name in self.base_fields} if offer else None)
        self.fields["fair"].queryset = selectors.fairs_to_offer_at(employers, offer)  # type: ignore[attr-defined]
        if len(employers) > 1:
            by_key = {str(employer.pk): employer for employer in employers}
            self.fields["employer"] = forms.TypedChoiceField(
                label=_("Employer"), choices=[(key, row.name) for key, row in by_key.items()], coerce=by_key.__getitem__
            )
            self.order_fields(["employer"])

    def clean_rome_code(self) -> str:
        """The code; for words, the error names the codes they may mean."""
        text = self.cleaned_data["rome_code"]
        try:
            return clean_rome(text)
        except ValueError as error:
            meant = [str(code) for code in selectors.occupations(text)[:NAMED]]
            message = _now("Choose a code: %(codes)s.") % {"codes": " · ".join(meant)} if meant else str(error)
            raise ValidationError(message) from error
