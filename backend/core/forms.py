"""How forms look on every page."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting

from backend.core.errors import DomainError
from backend.core.text import clean_text


class TextField(forms.CharField):
    """Text of a page as `backend.core.fields.Text` reads it over REST: in NFC, without control characters."""

    def clean(self, value: Any) -> str:
        """The cleaned text. Raises ValidationError for what cannot be stored."""
        try:
            return clean_text(super().clean(value))
        except ValueError as error:
            raise ValidationError(str(error)) from error


class ChangeForm(forms.Form):
    """A form that changes a row, while others may change it too.

    Each field brings the value with which it was shown, so that `changed_data` says what its reader changed; where
    that is not sent, it is compared with the row as it is now.
    """

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for bound in self:
            bound.field.show_hidden_initial = not self.is_bound or bound.html_initial_name in self.data


class PageRenderer(TemplatesSetting):
    """Renders ``{{ form }}`` with an error summary, and each field with label, help and error tied together.

    Needs ``django.forms`` in INSTALLED_APPS, so that widgets are found. Only forms and fields are ours: widgets and
    error lists stay Django's, and so does the admin, which lays out its fields itself.
    """

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


class ReasonForm(forms.Form):
    """Why somebody presses a button, if they say so."""

    reason = TextField(max_length=500, required=False)


def reason_of(data: Any) -> str:
    """The reason in a posted form, "" for none. Raises `invalid`."""
    form = ReasonForm(data)
    if not form.is_valid():
        raise DomainError("invalid", errors={name: list(found) for name, found in form.errors.items()})
    return str(form.cleaned_data["reason"])
