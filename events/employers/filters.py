"""Filters of the list of employers."""

from typing import Any

import django_filters
from django.db.models import QuerySet

from backend.core.text import fold
from events.employers.enums import EmployerSize
from events.employers.models import Employer


class FoldedFilter(django_filters.CharFilter):
    """Equal without regard to case and accents; the field named holds folded text."""

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows whose folded text is the folded value."""
        return super().filter(queryset, fold(value) if value else value)


class EmployerFilter(django_filters.FilterSet):
    """`sector`, `size`, `siret`, `siret_pending`."""

    sector = FoldedFilter(field_name="sector_key")
    size = django_filters.ChoiceFilter(choices=EmployerSize.choices)
    siret = django_filters.CharFilter()
    siret_pending = django_filters.BooleanFilter(method="pending")

    class Meta:
        model = Employer
        fields: list[str] = []

    def pending(self, queryset: QuerySet[Employer], _name: str, value: bool) -> QuerySet[Employer]:
        """Those without a SIRET, or those with one."""
        return queryset.filter(siret="") if value else queryset.exclude(siret="")
