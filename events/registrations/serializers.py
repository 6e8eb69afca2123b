"""Registrations as JSON."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from backend.accounts.actors import Actor
from backend.core.clock import now
from backend.core.fields import Instant, Text
from backend.core.text import phone_e164
from events.employers.identifiers import clean_rome
from events.fairs.models import Gate
from events.offers.enums import ContractType
from events.registrations.enums import PUBLIC_KINDS, Presence, RegistrationKind
from events.registrations.models import Registration
from events.registrations.permissions import can_see_contacts, is_own
from events.registrations.presence import presence_of

EARLIEST_BIRTH = date(1900, 1, 1)


class Phone(Text):
    """A phone number, kept in E.164."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 40, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        """The number, read as of France without a country code. Raises `invalid`."""
        try:
            return phone_e164(super().to_internal_value(data))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error


class RomeCode(Text):
    """A ROME code."""

    def to_internal_value(self, data: Any) -> str:
        """The code in capitals. Raises `invalid` for what has not its form."""
        try:
            return clean_rome(super().to_internal_value(data))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error


class BirthDate(serializers.DateField):
    """A day in the past on which somebody alive was born."""

    def to_internal_value(self, value: Any) -> date:
        """The day. Raises `invalid` for today, the future, and before 1900."""
        day: date = super().to_internal_value(value)
        if not EARLIEST_BIRTH <= day < timezone.localdate():
            raise serializers.ValidationError(_("A birth date lies in the past, after 1900."))
        return day


class GuardianSerializer(serializers.Serializer[Any]):
    """The parent or guardian of somebody under 15."""

    name = Text()
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    phone = Phone(required=False, allow_blank=True)


class ConsentsSerializer(serializers.Serializer[Any]):
    """What the person agreed to, apart."""

    privacy = serializers.BooleanField()
    share_cv = serializers.BooleanField(required=False, default=False)
    contact_after = serializers.BooleanField(required=False, default=False)

    def validate_privacy(self, value: bool) -> bool:
        """Raise `invalid` without it: there is no registration without processing."""
        if not value:
            raise serializers.ValidationError(_("Without this consent we cannot register."))
        return value


class PersonSerializer(serializers.Serializer[Any]):
    """What is entered of a person, by themselves or in a file's row."""

    given_name = Text()
    family_name = Text(required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    phone = Phone(required=False, allow_blank=True)
    kind = serializers.ChoiceField(
        [(kind.value, kind.label) for kind in PUBLIC_KINDS], required=False, default=RegistrationKind.CANDIDATE
    )
    language = serializers.RegexField(r"^[a-z]{2}$", required=False)
    birth_date = BirthDate(required=False, allow_null=True)
    commune = Text(required=False, allow_blank=True)
    postcode = Text(max_length=10, required=False, allow_blank=True)
    rome_codes = serializers.ListField(child=RomeCode(), required=False, max_length=20)
    contract_types = serializers.ListField(
        child=serializers.ChoiceField(ContractType.choices), required=False, max_length=len(ContractType)
    )
    needs = Text(max_length=1000, required=False, allow_blank=True)


class RegisterSerializer(PersonSerializer):
    """The body of a registration."""

    guardian = GuardianSerializer(required=False, allow_null=True)
    consents = ConsentsSerializer()


class PresenceField(serializers.ChoiceField):
    """Where the person is by now: at the end of the day everybody counts as gone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Presence.choices, source="*", read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        """The presence of the registration at this moment."""
        return str(presence_of(value, value.fair, at=now()).value)


class BriefRegistrationSerializer(serializers.ModelSerializer[Registration]):
    """A registration without contacts, as the entrance's staff and advisers see it; never what the person needs."""

    fair = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    presence = PresenceField()
    created_at = Instant(zone_path="fair.time_zone")
    confirmed_at = Instant(zone_path="fair.time_zone", allow_null=True)
    cancelled_at = Instant(zone_path="fair.time_zone", allow_null=True)

    class Meta:
        model = Registration
        fields = [
            *("id", "fair", "code", "kind", "status", "channel", "presence", "given_name", "family_name"),
            *("language", "commune", "rome_codes", "contract_types", "has_needs", "consents"),
            *("created_at", "confirmed_at", "cancelled_at"),
        ]
        read_only_fields = fields


class RegistrationSerializer(BriefRegistrationSerializer):
    """A registration with contacts, as organisers and auditors see it, and whoever has just entered it."""

    class Meta(BriefRegistrationSerializer.Meta):
        fields = [*BriefRegistrationSerializer.Meta.fields, "email", "phone", "postcode", "birth_date"]
        read_only_fields = fields


class OwnRegistrationSerializer(RegistrationSerializer):
    """A registration as its person sees it."""

    class Meta(RegistrationSerializer.Meta):
        fields = [*RegistrationSerializer.Meta.fields, "needs"]
        read_only_fields = fields
        shown_to_some = ("email", "phone", "postcode", "birth_date", "needs")


def serializer_for(actor: Actor, registration: Registration) -> type[BriefRegistrationSerializer]:
    """How much of a registration this actor sees: the fair's list and every answer about one row agree."""
    if is_own(actor, registration):
        return OwnRegistrationSerializer
    return RegistrationSerializer if can_see_contacts(actor, registration.fair) else BriefRegistrationSerializer


class ListedRegistrationSerializer(serializers.ModelSerializer[Registration]):
    """A line of a fair's list, without contacts: for the entrance's staff and for advisers."""

    presence = PresenceField()
    created_at = Instant(zone_path="fair.time_zone")

    class Meta:
        model = Registration
        fields = [
            *("id", "code", "given_name", "family_name", "kind", "status", "presence", "channel"),
            *("language", "commune", "created_at"),
        ]
        read_only_fields = fields


class ContactableRegistrationSerializer(ListedRegistrationSerializer):
    """A line of a fair's list, for organisers and auditors."""

    class Meta(ListedRegistrationSerializer.Meta):
        shown_to_some = ("email", "phone", "postcode")
        fields = [*ListedRegistrationSerializer.Meta.fields, *shown_to_some]
        read_only_fields = fields


class ConfirmSerializer(serializers.Serializer[Any]):
    """The code of six digits that was sent."""

    code = Text(max_length=40)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why, in a few words."""

    reason = Text(max_length=500, required=False, allow_blank=True, default="")


class GivenReasonSerializer(serializers.Serializer[Any]):
    """Why: this action wants to know."""

    reason = Text(max_length=500)


class GateSerializer(serializers.ModelSerializer[Gate]):
    """An entrance of a fair, read and written; no kind named lets every kind through."""

    name = Text()
    kinds = serializers.ListField(
        child=serializers.ChoiceField(RegistrationKind.choices), required=False, max_length=len(RegistrationKind)
    )

    class Meta:
        model = Gate
        fields = ["id", "name", "kinds"]
