"""The form with which a stand's schedule is made."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from events.fairs.models import Fair
from events.interviews.services import Schedule

PAUSES = (("pause_begin", "pause_end"), ("second_begin", "second_end"))
CLOCKS = ("begin", "end", *(name for pause in PAUSES for name in pause))
"""The fields that are times of the day."""


class TimeInput(forms.TimeInput):
    """The browser's own clock; it speaks 24 hours to us whatever it shows."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class ScheduleForm(forms.Form):
    """From–to, length, break and tables, in the words of a clock on the wall of the fair."""

    day = forms.TypedChoiceField(label=_("Day"), coerce=date.fromisoformat)
    begin = forms.TimeField(label=_("From"), widget=TimeInput)
    end = forms.TimeField(label=_("To"), widget=TimeInput)
    slot_minutes = forms.IntegerField(label=_("Length, in minutes"), min_value=5, max_value=240)
    break_minutes = forms.IntegerField(label=_("Break, in minutes"), min_value=0, max_value=120)
    tables = forms.IntegerField(
        label=_("Tables"), min_value=1, max_value=30, help_text=_("How many people interview at the same time.")
    )
    capacity = forms.IntegerField(
        label=_("People in each interview"),
        min_value=1,
        max_value=200,
        initial=1,
        help_text=_("More than one for a group or a workshop."),
    )
    pause_begin = forms.TimeField(label=_("Pause from"), widget=TimeInput, required=False)
    pause_end = forms.TimeField(label=_("Pause to"), widget=TimeInput, required=False)
    second_begin = forms.TimeField(label=_("Second pause from"), widget=TimeInput, required=False)
    second_end = forms.TimeField(label=_("Second pause to"), widget=TimeInput, required=False)

    def __init__(self, *args: Any, fair: Fair, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fair = fair
        days = list(_days(fair))
        self.fields["day"].choices = [  # type: ignore[attr-defined]
            (day.isoformat(), formats.date_format(day, "l j F")) for day in days
        ]

    def clean(self) -> dict[str, Any]:
        """Ends lie after starts, a pause has both, every time exists that day, and at least one interview fits."""
        values = super().clean() or {}
        for name in CLOCKS:
            if values.get("day") and values.get(name) and not self._exists(values[name]):
                self.add_error(name, _("The clocks go forward that night: this time does not exist."))
        for begin, end in (("begin", "end"), *PAUSES):
            if values.get(begin) and values.get(end) and values[end] <= values[begin]:
                self.add_error(end, _("The end lies after the start."))
        for begin, end in PAUSES:
            if (values.get(begin) is None) != (values.get(end) is None) and not {begin, end} & set(self.errors):
                missing = begin if values.get(begin) is None else end
                self.add_error(missing, _("A pause has a start and an end."))
        if not self.errors and not self.schedule().grid():
            self.add_error("slot_minutes", _("No interview of this length fits between these times."))
        return values

    def schedule(self) -> Schedule:
        """What the valid form says, as the service takes it. Raises `invalid` for more slots than one may make."""
        values = self.cleaned_data
        pauses = [(values.get(begin), values.get(end)) for begin, end in PAUSES]
        return Schedule(
            starts_at=self._at(values["begin"]),
            ends_at=self._at(values["end"]),
            slot_minutes=values["slot_minutes"],
            break_minutes=values["break_minutes"],
            capacity=values["capacity"],
            exceptions=tuple((self._at(begin), self._at(end)) for begin, end in pauses if begin and end),
        )

    def _at(self, moment: time) -> datetime:
        """That time on the day; one that comes twice, as the clocks go back, is the first of both."""
        return datetime.combine(self.cleaned_data["day"], moment, tzinfo=self.fair.zone)

    def _exists(self, moment: time) -> bool:
        return self._at(moment).astimezone(UTC).astimezone(self.fair.zone).time() == moment


def first_schedule(fair: Fair, *, today: date) -> dict[str, Any]:
    """What the form begins with: today or else the first day, the fair's hours, quarter hours at one table."""
    days = list(_days(fair))
    day = today if today in days else days[0]
    begin, end = fair.starts_at.astimezone(fair.zone), fair.ends_at.astimezone(fair.zone)
    return {
        "day": day.isoformat(),
        "begin": begin.time() if day == begin.date() and begin.time() > time(6) else time(9),
        "end": end.time() if day == end.date() and end.time() < time(22) else time(17),
        "slot_minutes": 15,
        "break_minutes": 0,
        "tables": 1,
        "capacity": 1,
    }


def _days(fair: Fair) -> Iterator[date]:
    """The days of the fair in its zone."""
    day, last = fair.starts_at.astimezone(fair.zone).date(), fair.ends_at.astimezone(fair.zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)
