"""Offers as JSON."""

from typing import Any

from rest_framework import serializers

from backend.core.fields import Amount, Instant, Text
from events.employers.identifiers import clean_rome
from events.employers.serializers import Cleaned
from events.offers.enums import ContractType
from events.offers.models import Offer

PAY: dict[str, Any] = {"max_digits": 9, "decimal_places": 2, "min_value": 0}
HOURS: dict[str, Any] = {"max_digits": 4, "decimal_places": 1, "min_value": 1, "max_value": 168}


class OfferSerializer(serializers.ModelSerializer[Offer]):
    """An offer; pay is gross, in euros a month."""

    employer = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    employer_name = serializers.CharField(source="employer.name", read_only=True)
    fair = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    hours_per_week = Amount(**HOURS, allow_null=True)
    pay_min = Amount(**PAY, allow_null=True)
    pay_max = Amount(**PAY, allow_null=True)
    created_at = Instant()

    class Meta:
        model = Offer
        fields = [
            *("id", "employer", "employer_name", "fair", "status", "title", "rome_code", "contract_type", "positions"),
            *("description", "commune", "hours_per_week", "starts_on", "duration_months", "pay_min", "pay_max"),
            *("no_diploma_needed", "accessible", "created_at"),
        ]
        read_only_fields = fields


class OfferTerms(serializers.Serializer[Any]):
    """What is offered; `fair` is a slug or an id, pay is gross, in euros a month."""

    fair = serializers.CharField(max_length=80, required=False, allow_null=True)
    title = Text()
    rome_code = Cleaned(clean=clean_rome, max_length=10)
    contract_type = serializers.ChoiceField(ContractType.choices)
    positions = serializers.IntegerField(min_value=1, max_value=10_000)
    description = Text(max_length=10_000, required=False, allow_blank=True)
    commune = Text(required=False, allow_blank=True)
    hours_per_week = Amount(**HOURS, required=False, allow_null=True)
    starts_on = serializers.DateField(required=False, allow_null=True)
    duration_months = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=120)
    pay_min = Amount(**PAY, required=False, allow_null=True)
    pay_max = Amount(**PAY, required=False, allow_null=True)
    no_diploma_needed = serializers.BooleanField(required=False)
    accessible = serializers.BooleanField(required=False)


class NewOffer(OfferTerms):
    """What makes an offer; `employer` is a slug or an id."""

    employer = serializers.CharField(max_length=80)
