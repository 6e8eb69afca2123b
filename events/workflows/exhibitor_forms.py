"""The form of an employer that an organiser brings into a fair."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backend.core.forms import TextField
from events.employers.identifiers import clean_siret


class NewEmployerForm(forms.Form):
    """What is known of an employer at first, within the same bounds as over REST; its team adds the rest."""

    name = TextField(label=_("Name"), max_length=100)
    siret = forms.CharField(
        label=_("SIRET"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("14 digits. Empty: to be checked later."),
    )
    contact_email = forms.EmailField(label=_("E-mail address of a contact"), max_length=254, required=False)
    sector = TextField(label=_("Sector"), max_length=100, required=False)

    def clean_siret(self) -> str:
        """The 14 digits, "" for none. Raises ValidationError with what is wrong."""
        text: str = self.cleaned_data["siret"]
        try:
            return clean_siret(text) if text else ""
        except ValueError as error:
            raise ValidationError(str(error)) from error
