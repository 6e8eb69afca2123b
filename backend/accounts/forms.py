"""What people type to be known: an address, a code."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from backend.accounts.services.codes import PER_HOUR
from backend.core.crypto import hash_secret
from backend.core.limits import count_or_refuse
from backend.core.text import email_key, phone_e164

HOUR = 3600
TRIES_PER_PLACE = 20


class AddressField(forms.CharField):
    """An e-mail address as it is, or a phone number in E.164."""

    widget = forms.TextInput(
        attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 254, "label": _("E-mail address or mobile number"), **kwargs})

    def clean(self, value: Any) -> str:
        """The address. Raises ValidationError for what is neither."""
        text: str = super().clean(value)
        if not text:
            return text
        if "@" in text:
            validate_email(text)
            return text
        if not any(character.isdigit() for character in text):
            raise ValidationError(_("Type an e-mail address, such as name@example.org, or a phone number."))
        try:
            return phone_e164(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error


class AddressForm(forms.Form):
    """To whom a code is sent."""

    address = AddressField()


class CodeForm(forms.Form):
    """The six digits that were sent."""

    code = forms.CharField(
        label=_("Your code of 6 digits"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "class": "code-input",
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
    )


class AdminSignInForm(AdminAuthenticationForm):
    """The administration's password: tried as often an hour as a code is sent, by one place 20 times."""

    def clean(self) -> dict[str, Any]:
        """Check the password. Raises `rate_limited`, before it is looked at."""
        count_or_refuse(f"admin:ip:{self.request.ip}", limit=TRIES_PER_PLACE, seconds=HOUR)  # type: ignore[union-attr]
        account = email_key(self.cleaned_data.get("username") or "")
        count_or_refuse(f"admin:account:{hash_secret(account)}", limit=PER_HOUR, seconds=HOUR)
        return dict(super().clean())
