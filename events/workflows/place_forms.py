"""The forms of a fair's halls and gates."""

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.core.forms import TextField
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
