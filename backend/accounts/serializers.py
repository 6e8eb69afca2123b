"""People, members and tokens as JSON."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.accounts.enums import Role, Scope
from backend.accounts.models import ApiToken, Membership, User
from backend.accounts.services.tokens import DEFAULT_DAYS, LONGEST_DAYS
from backend.core.fields import Instant, Text


class PersonSerializer(serializers.ModelSerializer[User]):
    """Oneself; the address and the number are how one is known and do not change here."""

    name = Text(required=False, allow_blank=True)
    language = serializers.ChoiceField(settings.LANGUAGES, required=False)
    phone = serializers.CharField(read_only=True, allow_null=True)
    created_at = Instant(read_only=True)

    class Meta:
        model = User
        fields = ["id", "name", "email", "phone", "language", "created_at"]
        read_only_fields = ["email"]


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A person's role in an organisation."""

    organisation = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    created_at = Instant(read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "organisation", "email", "name", "role", "created_at"]
        read_only_fields = fields


class NewMember(serializers.Serializer[Any]):
    """Who gets which role."""

    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(Role.choices)


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """A token; its text is in the answer that made it and nowhere again."""

    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices))
    expires_at = Instant()
    last_used_at = Instant(allow_null=True)
    created_at = Instant()

    class Meta:
        model = ApiToken
        fields = ["id", "name", "scopes", "expires_at", "last_used_at", "created_at"]
        read_only_fields = fields


class MadeTokenSerializer(TokenSerializer):
    """A token just made, with its text (of the context)."""

    token = serializers.SerializerMethodField()

    class Meta(TokenSerializer.Meta):
        fields = ["token", *TokenSerializer.Meta.fields]
        read_only_fields = fields

    @extend_schema_field(serializers.CharField())
    def get_token(self, _token: ApiToken) -> str:
        """What stands behind `Bearer`."""
        return str(self.context["text"])


class NewToken(serializers.Serializer[Any]):
    """What makes a token."""

    name = Text()
    scopes = serializers.ListField(
        child=serializers.ChoiceField(Scope.choices), allow_empty=False, max_length=len(Scope)
    )
    expires_days = serializers.IntegerField(
        min_value=1, max_value=LONGEST_DAYS, required=False, default=DEFAULT_DAYS, source="days"
    )
