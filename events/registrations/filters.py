"""Filters of the lists of registrations."""

import django_filters

from events.registrations.enums import Channel, Presence, RegistrationKind, RegistrationStatus
from events.registrations.models import Registration


class OwnRegistrationFilter(django_filters.FilterSet):
    """Of one's own registrations; `fair` is a slug, `status` may be given several times."""

    fair = django_filters.CharFilter(field_name="fair__slug")
    status = django_filters.MultipleChoiceFilter(choices=RegistrationStatus.choices)

    class Meta:
        model = Registration
        fields: list[str] = []


class RegistrationFilter(django_filters.FilterSet):
    """`status`, `kind`, `channel`, `presence`; each may be given several times."""

    status = django_filters.MultipleChoiceFilter(choices=RegistrationStatus.choices)
    kind = django_filters.MultipleChoiceFilter(choices=RegistrationKind.choices)
    channel = django_filters.MultipleChoiceFilter(choices=Channel.choices)
    presence = django_filters.MultipleChoiceFilter(field_name="present", choices=Presence.choices)

    class Meta:
        model = Registration
        fields: list[str] = []
