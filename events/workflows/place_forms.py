"""The forms of a fair's halls, gates and stands."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.core.forms import TextField
from events.employers.services import MOST_STANDS
from events.fairs.models import Fair, Hall
from events.registrations.enums import RegistrationKind


class HallForm(forms.Form):
    """A hall to make, within the same bounds as over REST."""

    prefix = "hall"
    name = TextField(label=_("Name"), max_length=100)
    width_m = forms.DecimalField(
        label=_("Width, in metres"), min_value=1, max_digits=6, decimal_places=2, required=False
    )
    depth_m = forms.DecimalField(
        label=_("Depth, in metres"), min_value=1, max_digits=6, decimal_places=2, required=False
    )


class GateForm(forms.Form):
    """A gate to make."""

    prefix = "gate"
    name = TextField(label=_("Name"), max_length=100)
    kinds = forms.MultipleChoiceField(
        label=_("Who may pass"),
        choices=RegistrationKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: everybody."),
    )


class StandsForm(forms.Form):
    """A row of stands to make, within the same bounds as over REST."""

    prefix = "stands"
    letters = TextField(
        label=_("Begins with"),
        max_length=15,
        required=False,
        strip=False,
        help_text=_("Such as A: the stands are A1, A2, A3…"),
    )
    first = forms.IntegerField(label=_("First number"), min_value=0, max_value=99_999)
    last = forms.IntegerField(label=_("Last number"), min_value=0, max_value=99_999)
    hall = forms.ModelChoiceField(Hall.objects.none(), label=_("Hall"), required=False, empty_label=_("none"))

    def __init__(self, data: Any, *, fair: Fair) -> None:
        super().__init__(data)
        self.fields["hall"].queryset = fair.halls.order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """At least one stand, and not too many. Raises ValidationError at `last`."""
        values = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if first is not None and last is not None and last < first:
            self.add_error("last", _("The last number is not before the first."))
        elif first is not None and last is not None and last - first >= MOST_STANDS:
            self.add_error("last", _("At most 500 stands at once."))
        return values
