"""Forms of the day at a stand: what came of an interview, and by how much a late column moves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from backend.core.forms import TextField
from events.interviews.enums import OutcomeKind
from events.interviews.models import Outcome, Slot
from events.interviews.services import LONGEST_SHIFT, Result
from events.offers.enums import ContractType


class OutcomeForm(forms.Form):
    """What came of an interview; only the first field has to be said."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=OutcomeKind.choices)
    contract_type = forms.ChoiceField(
        label=_("Contract"), choices=[("", _("Not said")), *ContractType.choices], required=False
    )
    starts_on = forms.DateField(
        label=_("Begins on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), required=False
    )
    note = TextField(
        label=_("Note"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=1000,
        required=False,
        help_text=_("For your team."),
    )

    def result(self) -> Result:
        """What the valid form says, as the service takes it."""
        values = dict(self.cleaned_data)
        return Result(OutcomeKind(values.pop("outcome")), **values)


def noted(outcome: Outcome | None) -> dict[str, Any]:
    """What the form begins with."""
    if outcome is None:
        return {}
    return {name: getattr(outcome, name) for name in OutcomeForm.base_fields}


class ShiftForm(forms.Form):
    """By how many minutes, which way, and from which time on, for one interviewer."""

    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=LONGEST_SHIFT, initial=10)
    way = forms.TypedChoiceField(label=_("Way"), coerce=int, choices=[(1, _("later")), (-1, _("earlier"))], initial=1)
    first = forms.TypedChoiceField(label=_("From the interview at"), coerce=UUID)

    def __init__(self, *args: Any, slots: Sequence[Slot], at: datetime, **kwargs: Any) -> None:
        """`slots` are those of the interviewer's day in order; it begins with the first that is not over."""
        super().__init__(*args, **kwargs)
        self.slots = {slot.pk: slot for slot in slots}
        self.fields["first"].choices = [(str(slot.pk), _clock(slot)) for slot in slots]  # type: ignore[attr-defined]
        self.fields["first"].initial = next((str(slot.pk) for slot in slots if slot.ends_at > at), None)

    @property
    def by(self) -> int:
        """Minutes, negative for earlier."""
        return int(self.cleaned_data["minutes"] * self.cleaned_data["way"])

    @property
    def starting_at(self) -> datetime:
        """When the first moved slot begins now."""
        return self.slots[self.cleaned_data["first"]].starts_at


def _clock(slot: Slot) -> str:
    return formats.date_format(timezone.localtime(slot.starts_at, slot.fair.zone), "G:i")
