"""Employers, exhibitors and stands as JSON."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.core.fields import Instant, Text
from backend.core.text import phone_e164
from events.employers.enums import EmployerRole, EmployerSize
from events.employers.identifiers import clean_naf, clean_siret
from events.employers.models import Employer, EmployerMember
from events.employers.services import MOST_STANDS


class Cleaned(Text):
    """A text that a function puts into its one form; its ValueError is the field's error."""

    def __init__(self, *, clean: Callable[[str], str], **kwargs: Any) -> None:
        self.clean = clean
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The cleaned text, "" for none. Raises `invalid`."""
        text = super().to_internal_value(data)
        try:
            return self.clean(text) if text else ""
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error


class EmployerSerializer(serializers.ModelSerializer[Employer]):
    """An employer, read and written by its team and by organisers; an empty SIRET is pending."""

    name = Text()
    siret = Cleaned(clean=clean_siret, max_length=40, required=False, allow_blank=True)
    naf = Text(max_length=10, required=False, allow_blank=True)
    sector = Text(required=False, allow_blank=True)
    size = serializers.ChoiceField(EmployerSize.choices, required=False, allow_blank=True)
    contact_email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    phone = Cleaned(clean=phone_e164, max_length=40, required=False, allow_blank=True)
    address = Text(max_length=200, required=False, allow_blank=True)
    postcode = Text(max_length=10, required=False, allow_blank=True)
    commune = Text(required=False, allow_blank=True)
    description = Text(max_length=5_000, required=False, allow_blank=True)
    website = serializers.URLField(required=False, allow_blank=True, max_length=200)

    class Meta:
        model = Employer
        fields = [
            "id",
            "slug",
            "name",
            "siret",
            "naf",
            "naf_nomenclature",
            "sector",
            "size",
            "contact_email",
            "phone",
            "address",
            "postcode",
            "commune",
            "description",
            "website",
            "created_at",
        ]
        read_only_fields = ["slug", "naf_nomenclature", "created_at"]
        # Uniqueness is for the service to say, as 409 with the employer there is.
        validators: list[Any] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A NAF code brings its nomenclature. Raises `invalid`."""
        if attrs.get("naf"):
            try:
                attrs["naf"], attrs["naf_nomenclature"] = clean_naf(attrs["naf"])
            except ValueError as error:
                raise serializers.ValidationError({"naf": [str(error)]}) from error
        return attrs


class NewEmployerSerializer(EmployerSerializer):
    """What makes an employer.

    `organisation` (slug) is for callers who organise none, and only where more than one is possible: without it the
    one of the employers they work for, else the only one there is; where that leaves a choice, 400 `invalid`.
    """

    organisation = serializers.SlugField(required=False, write_only=True)

    class Meta(EmployerSerializer.Meta):
        fields = [*EmployerSerializer.Meta.fields, "organisation"]


@extend_schema_field(
    {"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "array", "items": {"type": "string"}}]}
)
class Wish(serializers.Field[Any, Any, Any, Any]):
    """What an exhibitor wishes for, in its own words: a text, a number or a list of texts."""

    def to_internal_value(self, data: Any) -> Any:
        """The wish, its texts cleaned. Raises `invalid`."""
        if isinstance(data, int | float) and not isinstance(data, bool):
            return data
        if isinstance(data, list) and len(data) <= 20:
            return [Text(max_length=100).run_validation(item) for item in data]
        return Text(max_length=500, allow_blank=True).run_validation(data)

    def to_representation(self, value: Any) -> Any:
        """As it is."""
        return value


class WishesSerializer(serializers.Serializer[Any]):
    """What an exhibitor wishes for its stand."""

    stand_size = Wish(required=False)
    power_watts = serializers.IntegerField(required=False, min_value=0, max_value=1_000_000)
    equipment = Wish(required=False)
    neighbours = Wish(required=False)


class ExhibitorInput(serializers.Serializer[Any]):
    """What asks for an employer's part in a fair."""

    employer = serializers.CharField(max_length=80)
    wishes = WishesSerializer(required=False)


class StandInput(serializers.Serializer[Any]):
    """What makes a stand; `hall` is an id."""

    label = Text(max_length=20)  # type: ignore[assignment]
    hall = serializers.UUIDField(required=False, allow_null=True)


class StandsInput(serializers.Serializer[Any]):
    """What makes a row of stands: the prefix with each number from first to last."""

    prefix = Text(max_length=15, allow_blank=True, trim_whitespace=False)
    first = serializers.IntegerField(min_value=0, max_value=99_999)
    last = serializers.IntegerField(min_value=0, max_value=99_999)
    hall = serializers.UUIDField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """At least one stand, at most 500. Raises `invalid`."""
        if attrs["last"] < attrs["first"]:
            raise serializers.ValidationError({"last": [_("The last number is not before the first.")]})
        if attrs["last"] - attrs["first"] >= MOST_STANDS:
            raise serializers.ValidationError({"last": [_("At most 500 stands at once.")]})
        return attrs


class AssignInput(serializers.Serializer[Any]):
    """Which exhibitor gets the stand, by id."""

    exhibitor = serializers.UUIDField()


class EmployerMemberSerializer(serializers.ModelSerializer[EmployerMember]):
    """A person of an employer's team."""

    employer = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    created_at = Instant(read_only=True)

    class Meta:
        model = EmployerMember
        fields = ["id", "employer", "email", "name", "role", "created_at"]
        read_only_fields = fields


class NewEmployerMember(serializers.Serializer[Any]):
    """Who joins an employer's team, as what."""

    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(EmployerRole.choices)
