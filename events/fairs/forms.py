"""The forms with which organisers make and change a fair, within the same bounds as over REST (`FairInput`)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import Organisation
from backend.core.forms import ChangeForm, TextField
from backend.core.slugs import MAX_LENGTH, is_id
from events.fairs.days import at_wall_clock, on_wall_clock
from events.fairs.enums import FairKind
from events.fairs.models import Fair, Venue
from events.fairs.serializers import A_DAY, MOST_PEOPLE

SHOWN = "%Y-%m-%dT%H:%M"
ZONES = (
    *("Europe/Paris", "America/Guadeloupe", "America/Martinique", "America/Cayenne", "Indian/Reunion"),
    *("Indian/Mayotte", "America/Miquelon", "Pacific/Noumea", "Pacific/Tahiti"),
)
"""The zones that are offered; any other may be typed."""


class WallClockField(forms.Field):
    """A day and a time as the clocks of the fair show them; which instant that is, is for the form's zone to say."""

    default_error_messages = {"invalid": _("Enter a date and a time."), "year": _("This year is out of range.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateTimeInput(format=SHOWN, attrs={"type": "datetime-local"}), **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        """The datetime, without a zone. Raises ValidationError."""
        if value in self.empty_values:
            return None
        try:
            shown = datetime.fromisoformat(str(value).strip())
        except ValueError:
            shown = None
        if shown is None or shown.tzinfo or ":" not in str(value):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if not 1900 <= shown.year <= 2999:
            raise ValidationError(self.error_messages["year"], code="year")
        return shown

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether it shows another time."""
        try:
            return initial != self.to_python(data)
        except ValidationError:
            return True


class VenueChoice(forms.ModelChoiceField):
    """A venue by name and town."""

    def label_from_instance(self, obj: Any) -> str:
        """`Halle de Martigues, Martigues`"""
        return ", ".join(filter(None, (obj.name, obj.commune)))


class FairForm(forms.Form):
    """What every fair needs: its name, its time, its place, how many."""

    name = TextField(label=_("Name"), max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), choices=FairKind.choices)
    starts_at = WallClockField(label=_("Starts"))
    ends_at = WallClockField(label=_("Ends"))
    venue = VenueChoice(Venue.objects.none(), label=_("Place"), required=False, empty_label=_("not known yet"))
    venue_name = TextField(label=_("Name of the place"), max_length=100, required=False)
    venue_address = TextField(label=_("Street and number"), max_length=200, required=False)
    venue_postcode = TextField(label=_("Postcode"), max_length=10, required=False)
    venue_commune = TextField(label=_("Town"), max_length=100, required=False)
    capacity = forms.IntegerField(
        label=_("Places for registered people"),
        min_value=1,
        max_value=MOST_PEOPLE,
        required=False,
        help_text=_("Whoever comes after that waits for a place. Empty: no limit."),
    )
    inside_limit = forms.IntegerField(
        label=_("Most people inside at once"),
        min_value=1,
        max_value=MOST_PEOPLE,
        required=False,
        help_text=_("What the building allows. The entrance then refuses. Empty: no limit."),
    )

    def __init__(self, data: Any, *, venues: QuerySet[Venue], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.fields["venue"].queryset = venues.order_by("search_key", "id")  # type: ignore[attr-defined]

    @property
    def new_place(self) -> list[BoundField]:
        """The fields of a place that is not in the list."""
        return [self[name] for name in self.fields if name.startswith("venue_")]

    @property
    def is_place_new(self) -> bool:
        """Whether the fields of a new place have to be seen: something stands there, or there is nothing to choose."""
        return any(field.value() or field.errors for field in self.new_place)

    def clean(self) -> dict[str, Any]:
        """Times become instants of the fair's zone; a place is chosen or new. Raises ValidationError at the fields."""
        values = super().clean() or {}
        zone = ZoneInfo(values.get("time_zone") or self.initial["time_zone"])
        for name in self._clocks():
            try:
                values[name] = values.get(name) and at_wall_clock(values[name], zone)
            except ValueError as error:
                self.add_error(name, str(error))
        if values.get("venue_name") and values.get("venue") and "venue" in self.changed_data:
            self.add_error("venue_name", _now("Choose a place of the list or name a new one, not both."))
        elif not values.get("venue_name") and any(values.get(field.name) for field in self.new_place):
            self.add_error("venue_name", _now("A place needs a name."))
        return values

    def fair(self) -> dict[str, Any]:
        """The valid form as the service takes it."""
        return {name: value for name, value in self.cleaned_data.items() if not name.startswith("venue_")}

    def new_venue(self) -> dict[str, Any] | None:
        """The place to make, None where none is named."""
        values = {field.name.removeprefix("venue_"): self.cleaned_data[field.name] for field in self.new_place}
        return values if values["name"] else None

    def _clocks(self) -> list[str]:
        return [name for name, field in self.fields.items() if isinstance(field, WallClockField)]


class NewFairForm(FairForm):
    """A fair to make, in the site's zone; everything else has a default that the settings change."""

    def __init__(self, data: Any, *, venues: QuerySet[Venue], organisations: Sequence[Organisation]) -> None:
        super().__init__(data, venues=venues, initial={"time_zone": settings.TIME_ZONE})
        for name in self._clocks():
            self.fields[name].help_text = _("By the clocks of %(zone)s.") % {"zone": settings.TIME_ZONE}
        if len(organisations) > 1:
            known = {str(row.pk): row.pk for row in organisations}
            self.fields["organisation"] = forms.TypedChoiceField(
                label=_("Organisation"),
                choices=[(str(row.pk), row.name) for row in organisations],
                coerce=known.__getitem__,
            )

    @property
    def first(self) -> Iterator[BoundField]:
        """The fields above the time and the place."""
        return (self[name] for name in ("organisation", "name", "kind") if name in self.fields)

    def fair(self) -> dict[str, Any]:
        """Without the organisation, which is no field of a fair."""
        return {name: value for name, value in super().fair().items() if name != "organisation"} | {
            "time_zone": settings.TIME_ZONE
        }


class SettingsForm(ChangeForm, FairForm):
    """Everything about a fair that can be changed."""

    slug = forms.SlugField(
        label=_("Address of the public page"),
        max_length=MAX_LENGTH,
        help_text=_("What follows /fairs/. Links and printed codes with the old address stop working."),
    )
    description = TextField(
        label=_("Description"), max_length=10_000, required=False, widget=forms.Textarea({"rows": 5})
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=50,
        widget=forms.TextInput({"list": "zones", "autocomplete": "off"}),
        help_text=_("All times on this page are those of its clocks."),
    )
    registration_opens_at = WallClockField(
        label=_("Registration opens"), required=False, help_text=_("Empty: as soon as the fair is published.")
    )
    registration_closes_at = WallClockField(
        label=_("Registration closes"), required=False, help_text=_("Empty: when the fair ends.")
    )
    booking_opens_at = WallClockField(
        label=_("Booking of interviews opens"), required=False, help_text=_("Empty: as soon as the fair is published.")
    )
    booking_closes_at = WallClockField(
        label=_("Booking of interviews closes"), required=False, help_text=_("Empty: when the fair ends.")
    )
    walking_gap_minutes = forms.IntegerField(
        label=_("Minutes between two stands"),
        min_value=0,
        max_value=A_DAY,
        help_text=_("Time to walk that lies at least between two interviews of a person."),
    )
    booking_limit = forms.IntegerField(
        label=_("Most interviews of a person"),
        min_value=1,
        max_value=1000,
        required=False,
        help_text=_("Empty: no limit."),
    )
    booking_limit_per_day = forms.IntegerField(
        label=_("Most interviews of a person in a day"),
        min_value=1,
        max_value=1000,
        required=False,
        help_text=_("Empty: no limit."),
    )
    one_booking_per_employer = forms.BooleanField(
        label=_("A person has one interview with an employer, not more"), required=False
    )
    waitlist_offer_minutes = forms.IntegerField(
        label=_("Minutes to take a place that became free"),
        min_value=1,
        max_value=30 * A_DAY,
        help_text=_("After that it goes to the next who waits."),
    )
    cancel_until_minutes = forms.IntegerField(
        label=_("Notice for cancelling, in minutes"),
        min_value=0,
        max_value=365 * A_DAY,
        help_text=_("How long before an interview it can be cancelled at the latest. 0: until it starts."),
    )
    checkin_opens_at = WallClockField(
        label=_("The entrance opens"), required=False, help_text=_("Empty: one hour before the fair starts.")
    )
    checkin_closes_at = WallClockField(
        label=_("The entrance closes"), required=False, help_text=_("Empty: when the fair ends.")
    )

    def __init__(self, data: Any, *, venues: QuerySet[Venue], fair: Fair) -> None:
        initial = {name: getattr(fair, name, None) for name in self.base_fields}
        for name, value in initial.items():
            if isinstance(value, datetime):
                initial[name] = on_wall_clock(value, fair.zone).replace(second=0, microsecond=0)
        super().__init__(data, venues=venues, initial=initial)

    @property
    def groups(self) -> dict[str, list[BoundField]]:
        """The fields as they stand together on the page; those of the place stand between `time` and `more`."""
        names = {
            "basics": ("name", "kind"),
            "time": ("starts_at", "ends_at"),
            "more": ("time_zone", "capacity", "description", "slug"),
            "registration": ("registration_opens_at", "registration_closes_at"),
            "booking": ("booking_opens_at", "booking_closes_at"),
            "interviews": (
                *("walking_gap_minutes", "booking_limit", "booking_limit_per_day", "one_booking_per_employer"),
                *("waitlist_offer_minutes", "cancel_until_minutes"),
            ),
            "entrance": ("checkin_opens_at", "checkin_closes_at", "inside_limit"),
        }
        return {group: [self[name] for name in fields] for group, fields in names.items()}

    def clean_slug(self) -> str:
        """In small letters. Raises ValidationError for what an address would read as an id."""
        slug: str = self.cleaned_data["slug"].lower()
        if is_id(slug):
            raise ValidationError(_now("This looks like an id. Choose another address."))
        return slug

    def clean_time_zone(self) -> str:
        """The name of a zone. Raises ValidationError for an unknown one."""
        name: str = self.cleaned_data["time_zone"]
        if name not in available_timezones():
            raise ValidationError(_now("Unknown time zone."))
        return name

    def fair(self) -> dict[str, Any]:
        """What was changed. With another zone, every time is another instant, though it shows the same."""
        moved = self._clocks() if "time_zone" in self.changed_data else []
        return {name: value for name, value in super().fair().items() if name in {*self.changed_data, *moved}}
