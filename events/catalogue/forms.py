"""What narrows the public lists. A field that makes no sense narrows nothing."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.offers.enums import ContractType, RomeDomain


class _Narrowing(forms.Form):
    """A form sent by GET."""

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="by_%s")

    def wanted(self) -> dict[str, Any]:
        """The fields that were filled in and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class _BySector(_Narrowing):
    """With the sectors there are."""

    sector = forms.ChoiceField(label=_("Sector"), required=False)

    def __init__(self, data: Any, *, sectors: Iterable[str]) -> None:
        super().__init__(data)
        self.fields["sector"].choices = [("", _("All sectors")), *((name, name) for name in sectors)]  # type: ignore[attr-defined]


class FairsForm(_BySector):
    """Of the coming fairs."""

    place = forms.CharField(label=_("Town or postcode"), max_length=100, required=False)
    from_on = forms.DateField(
        label=pgettext_lazy("date", "From"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    field_order = ["place", "from_on", "sector"]


class OffersForm(_Narrowing):
    """Of the offers of a fair."""

    search = forms.CharField(
        label=_("Occupation, employer or town"),
        max_length=100,
        required=False,
        widget=forms.TextInput({"type": "search"}),
    )
    contract_type = forms.ChoiceField(
        label=_("Contract"), choices=[("", _("All contracts")), *ContractType.choices], required=False
    )
    domain = forms.ChoiceField(label=_("Domain"), choices=[("", _("All domains")), *RomeDomain.choices], required=False)


class EmployersForm(_BySector):
    """Of the employers of a fair."""

    search = forms.CharField(
        label=_("Name, town or stand"), max_length=100, required=False, widget=forms.TextInput({"type": "search"})
    )
    field_order = ["search", "sector"]
