"""Filters of the lists of interviews."""

import django_filters

from events.interviews.enums import BookingStatus
from events.interviews.models import Place


class BookingFilter(django_filters.FilterSet):
    """`slot`, `registration`, `status`, `employer` (slug), `stand`."""

    slot = django_filters.UUIDFilter(field_name="slot_id")
    registration = django_filters.UUIDFilter(field_name="registration_id")
    stand = django_filters.UUIDFilter(field_name="stand_id")
    employer = django_filters.CharFilter(field_name="employer__slug")
    status = django_filters.MultipleChoiceFilter(choices=BookingStatus.choices)

    class Meta:
        model = Place
        fields: list[str] = []
