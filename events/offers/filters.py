"""Filters of lists of offers."""

import django_filters
from django.core.validators import RegexValidator
from django.db.models import Exists, OuterRef, QuerySet

from backend.core.text import fold
from events.employers.filters import FoldedFilter
from events.employers.models import Stand
from events.offers.enums import ContractType, OfferStatus
from events.offers.models import Offer


class FairOfferFilter(django_filters.FilterSet):
    """Of the offers of a fair; `rome_code` is a code or a letter, `stand` a label, `employer` a slug."""

    employer = django_filters.CharFilter(field_name="employer__slug")
    sector = FoldedFilter(field_name="employer__sector_key")
    contract_type = django_filters.MultipleChoiceFilter(choices=ContractType.choices)
    rome_code = django_filters.CharFilter(method="of_occupation", validators=[RegexValidator(r"^[A-Na-n]([0-9]{4})?$")])
    stand = django_filters.CharFilter(method="at_stand")
    no_diploma_needed = django_filters.BooleanFilter()
    accessible = django_filters.BooleanFilter()

    class Meta:
        model = Offer
        fields: list[str] = []

    def of_occupation(self, offers: QuerySet[Offer], _name: str, value: str) -> QuerySet[Offer]:
        """Offers of one occupation, or of a whole domain."""
        return offers.filter(rome_code__startswith=value.upper())

    def at_stand(self, offers: QuerySet[Offer], _name: str, value: str) -> QuerySet[Offer]:
        """Offers of the employer at this stand of their fair."""
        stands = Stand.objects.filter(
            fair=OuterRef("fair"), exhibitor__employer=OuterRef("employer"), label_key=fold(value)
        )
        return offers.filter(Exists(stands))


class OfferFilter(FairOfferFilter):
    """Of the caller's offers; `fair` is a slug."""

    fair = django_filters.CharFilter(field_name="fair__slug")
    status = django_filters.MultipleChoiceFilter(choices=OfferStatus.choices)
