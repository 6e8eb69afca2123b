"""The forms of an organiser's pages."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from badges.enums import Audience, Order
from badges.formats import DEFAULT_FORMAT, FORMATS
from badges.selectors import Selection
from events.employers.models import Exhibitor, Stand
from events.workflows.import_file import ImportKind


class FileForm(forms.Form):
    """A table in a file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX; the first row names the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
    )

    def clean_file(self) -> Any:
        """The file, if it is not larger than one may send."""
        file = self.cleaned_data["file"]
        if file.size > settings.FILE_UPLOAD_MAX_BYTES:
            raise forms.ValidationError(_("What you sent is too large."))
        return file


class ImportForm(FileForm):
    """A file, and what its rows are."""

    kind = forms.ChoiceField(label=_("What the file holds"), choices=ImportKind.choices, widget=forms.RadioSelect)
    field_order = ("kind", "file")


class AssignForm(forms.Form):
    """Which free stand goes to which exhibitor without one."""

    exhibitor = forms.TypedChoiceField(label=_("Exhibitor"))
    stand = forms.TypedChoiceField(label=_("Stand"))

    def __init__(self, data: Any, *, exhibitors: Iterable[Exhibitor], stands: Iterable[Stand]) -> None:
        super().__init__(data)
        waiting = {str(row.pk): row for row in exhibitors}
        free = {str(row.pk): row for row in stands}
        fields: dict[str, Any] = self.fields
        fields["exhibitor"].choices = [(key, row.employer.name) for key, row in waiting.items()]
        fields["exhibitor"].coerce = waiting.__getitem__
        fields["stand"].choices = [(key, row.label) for key, row in free.items()]
        fields["stand"].coerce = free.__getitem__


class BadgesForm(forms.Form):
    """Which badges to print, on what, in which order."""

    format = forms.ChoiceField(
        label=_("Medium"),
        choices=[(name, badge_format.label) for name, badge_format in FORMATS.items()],
        initial=DEFAULT_FORMAT,
    )
    audience = forms.ChoiceField(label=_("For whom"), choices=Audience.choices, initial=Audience.ALL)
    order = forms.ChoiceField(label=_("In the order of"), choices=Order.choices, initial=Order.FAMILY_NAME)
    only_new = forms.BooleanField(
        label=_("Only new ones: not printed yet, or changed since"), required=False, initial=True
    )

    def selection(self) -> Selection:
        """The valid form as the service takes it."""
        values = self.cleaned_data
        return Selection(
            format=values["format"],
            audience=values["audience"],
            order=values["order"],
            is_only_new=values["only_new"],
        )
