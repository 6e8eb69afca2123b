"""Filters of what the public sees."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django.conf import settings
from django.core.validators import RegexValidator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from backend.core.clock import now
from backend.core.errors import DomainError, invalid
from backend.core.text import fold
from events.employers.enums import ExhibitorStatus
from events.employers.filters import FoldedFilter
from events.employers.models import Exhibitor, Stand
from events.fairs.days import first_moment, last_moment
from events.fairs.enums import FairKind, FairStatus, Phase
from events.fairs.models import Fair, FairQuerySet, Venue
from events.fairs.phases import in_phase
from events.fairs.places import postcode_starts, within
from events.fairs.serializers import Moment
from events.interviews.enums import SlotState
from events.interviews.models import Slot
from events.offers.enums import ContractType, OfferStatus
from events.offers.models import Offer

NEAR_KM = 50.0
POINT = RegexValidator(r"^\s*-?[0-9]{1,2}(\.[0-9]+)?\s*,\s*-?[0-9]{1,3}(\.[0-9]+)?\s*$")


class MomentFilter(django_filters.CharFilter):
    """From (`gte`) or until (`lte`) a day or an instant, included.

    A day is one of the site's zone, or of that to which `zone_path` leads from the rows, where all are of one fair.
    """

    def __init__(self, *, zone_path: str = "", **kwargs: Any) -> None:
        self.zone_path = zone_path
        super().__init__(**kwargs)

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows on the right side of the moment. Raises `invalid` naming `from` or `to`."""
        return super().filter(queryset, self._instant(value, queryset) if value else value)

    def _instant(self, value: str, queryset: QuerySet[Any]) -> datetime:
        is_from = self.lookup_expr == "gte"
        try:
            moment = Moment().to_internal_value(value)
        except ValidationError as error:
            raise DomainError("invalid", errors={"from" if is_from else "to": list(error.detail)}) from error
        zone = queryset.values_list(self.zone_path, flat=True).first() if self.zone_path else None
        return (first_moment if is_from else last_moment)(moment, ZoneInfo(zone or settings.TIME_ZONE))


class FairFilter(django_filters.FilterSet):
    """Of the list of fairs. `from` and `to`: fairs of which some part lies between."""

    # `from` is a word of Python.
    vars()["from"] = MomentFilter(field_name="ends_at", lookup_expr="gte")
    to = MomentFilter(field_name="starts_at", lookup_expr="lte")
    commune = FoldedFilter(field_name="venue__commune_key")
    department = django_filters.CharFilter(method="in_department")
    sector = django_filters.CharFilter(method="with_sector")
    phase = django_filters.ChoiceFilter(choices=Phase.choices, method="in_phase_now")
    series = django_filters.CharFilter(field_name="series__slug")
    kind = django_filters.ChoiceFilter(choices=FairKind.choices)
    status = django_filters.ChoiceFilter(choices=FairStatus.choices)
    near = django_filters.CharFilter(method="near_point", validators=[POINT])
    within_km = django_filters.NumberFilter(method="as_it_is", min_value=0, max_value=20_100)

    class Meta:
        model = Fair
        fields: list[str] = []

    def in_department(self, fairs: FairQuerySet, _name: str, value: str) -> FairQuerySet:
        """Fairs whose venue's postcode is one of the département's."""
        condition = Q()
        for start in postcode_starts(value):
            condition |= Q(venue__postcode__startswith=start)
        return fairs.filter(condition)

    def with_sector(self, fairs: FairQuerySet, _name: str, value: str) -> FairQuerySet:
        """Fairs with an accepted exhibitor of the sector."""
        accepted = Exhibitor.objects.filter(fair=OuterRef("pk"), status=ExhibitorStatus.ACCEPTED)
        return fairs.filter(Exists(accepted.filter(employer__sector_key=fold(value))))

    def in_phase_now(self, fairs: FairQuerySet, _name: str, value: str) -> FairQuerySet:
        """Fairs in that phase now."""
        return in_phase(fairs, value, now())

    def near_point(self, fairs: FairQuerySet, _name: str, value: str) -> FairQuerySet:
        """Fairs at most `within_km` (50) from `lat,lon`. Raises `invalid` for a point off the globe."""
        latitude, longitude = map(float, value.split(","))
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise invalid("near", _("Latitude lies between -90 and 90, longitude between -180 and 180."))
        km = self.form.cleaned_data.get("within_km")
        venues = Venue.objects.filter(pk__in=fairs.values("venue")).values_list("pk", "latitude", "longitude")
        return fairs.filter(venue__in=within(venues, (latitude, longitude), NEAR_KM if km is None else float(km)))

    def as_it_is(self, fairs: FairQuerySet, _name: str, _value: Any) -> FairQuerySet:
        """`within_km` says nothing without `near`."""
        return fairs


class _OfferedFilter(django_filters.FilterSet):
    """By what an exhibitor offers; `employer_path` leads from the row to the employer's id."""

    employer_path = "employer_id"
    contract_type = django_filters.ChoiceFilter(choices=ContractType.choices, method="with_offer")
    rome_code = django_filters.CharFilter(method="with_offer", validators=[RegexValidator(r"^[A-Na-n]([0-9]{4})?$")])

    def with_offer(self, rows: QuerySet[Any], _name: str, _value: Any) -> QuerySet[Any]:
        """Rows whose employer has one published offer here that fits both the contract type and the ROME code."""
        offers = Offer.objects.filter(
            fair=OuterRef("fair"), employer=OuterRef(self.employer_path), status=OfferStatus.PUBLISHED
        )
        if contract_type := self.form.cleaned_data.get("contract_type"):
            offers = offers.filter(contract_type=contract_type)
        if rome_code := self.form.cleaned_data.get("rome_code"):
            offers = offers.filter(rome_code__startswith=rome_code.upper())
        return rows.filter(Exists(offers))


class ExhibitorFilter(_OfferedFilter):
    """Of the exhibitors of a fair; `rome_code` is a code or a letter, `stand` a label."""

    sector = FoldedFilter(field_name="employer__sector_key")
    employer = django_filters.CharFilter(field_name="employer__slug")
    stand = FoldedFilter(field_name="stands__label_key")
    status = django_filters.ChoiceFilter(choices=ExhibitorStatus.choices)
    has_stand = django_filters.BooleanFilter(field_name="stands", lookup_expr="isnull", exclude=True)
    has_schedule = django_filters.BooleanFilter(method="with_schedule")

    class Meta:
        model = Exhibitor
        fields: list[str] = []

    def with_schedule(self, exhibitors: QuerySet[Exhibitor], _name: str, value: bool) -> QuerySet[Exhibitor]:
        """Exhibitors that offer times for interviews, or those that offer none."""
        offers_times = Exists(Slot.objects.filter(exhibitor=OuterRef("pk"), state=SlotState.OPEN))
        return exhibitors.filter(offers_times if value else ~offers_times)


class StandFilter(_OfferedFilter):
    """Of the stands of a fair; `rome_code` is a code or a letter, `stand` a label."""

    employer_path = "exhibitor__employer_id"
    sector = FoldedFilter(field_name="exhibitor__employer__sector_key")
    employer = django_filters.CharFilter(field_name="exhibitor__employer__slug")
    stand = FoldedFilter(field_name="label_key")
    hall = django_filters.UUIDFilter(field_name="hall_id")

    class Meta:
        model = Stand
        fields: list[str] = []


class SlotFilter(django_filters.FilterSet):
    """Of the slots of a fair, by their start; `free=true`: those somebody could book now."""

    # `from` is a word of Python.
    vars()["from"] = MomentFilter(field_name="starts_at", lookup_expr="gte", zone_path="fair__time_zone")
    to = MomentFilter(field_name="starts_at", lookup_expr="lte", zone_path="fair__time_zone")
    employer = django_filters.CharFilter(field_name="employer__slug")
    stand = django_filters.UUIDFilter(field_name="stand_id")
    offer = django_filters.UUIDFilter(field_name="employer__offers")
    free = django_filters.BooleanFilter(method="bookable_now")

    class Meta:
        model = Slot
        fields: list[str] = []

    def bookable_now(self, slots: QuerySet[Slot], _name: str, value: bool) -> QuerySet[Slot]:
        """Slots (annotated with `free`) that are open, to come, and have a place; or all the others."""
        bookable = Q(state=SlotState.OPEN, starts_at__gt=now(), interviewer__withdrawn_at=None, free__gt=0)
        return slots.filter(bookable if value else ~bookable)
