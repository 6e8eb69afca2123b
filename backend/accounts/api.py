"""REST edges of oneself, of members and of tokens."""

from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts import selectors
from backend.accounts.enums import Scope
from backend.accounts.models import ApiToken, Membership
from backend.accounts.serializers import (
    MadeTokenSerializer,
    MemberSerializer,
    NewMember,
    NewToken,
    PersonSerializer,
    TokenSerializer,
)
from backend.accounts.services import members, people, tokens
from backend.core.api import Endpoint, Listing, found

WRITING = tuple(scope for scope in Scope.values if scope != Scope.READ)
"""A token that only reads makes and revokes none."""


class MeView(Endpoint):
    """`/me/`"""

    roles = {"PATCH": ("candidate",)}

    @extend_schema(summary="Oneself", responses=PersonSerializer)
    def get(self, request: Request) -> Response:
        """Read who one is here."""
        return Response(PersonSerializer(self.actor.user).data)

    @extend_schema(summary="Change oneself", request=PersonSerializer(partial=True), responses={200: PersonSerializer})
    def patch(self, request: Request) -> Response:
        """Change one's name and language."""
        values = self.parsed(PersonSerializer, partial=True)
        return Response(PersonSerializer(people.change_person(self.actor.user, actor=self.actor, values=values)).data)


class MembersView(Listing):
    """`/members/`"""

    roles = {"GET": ("organiser", "read"), "POST": ("organiser",)}
    queryset = Membership.objects.none()
    serializer_class = MemberSerializer
    ordering_fields = {"email": "user__email_key", "role": "role", "created_at": "created_at"}
    search_fields = ("user__email_key",)

    def get_queryset(self) -> QuerySet[Membership]:
        """The members of the actor's organisations."""
        return selectors.visible_members(self.actor)

    @extend_schema(summary="Members", responses=MemberSerializer(many=True))
    def get(self, request: Request) -> HttpResponseBase:
        """List who has which role in the organisation."""
        return self.listing()

    @extend_schema(summary="Add a member", request=NewMember, responses={200: MemberSerializer, 201: MemberSerializer})
    def post(self, request: Request) -> Response:
        """Give a person a role in the organisation; 200 if they had it already."""
        values = self.parsed(NewMember)
        member, is_new = members.invite_member(actor=self.actor, email=values["email"], role=values["role"])
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(MemberSerializer(member).data, status=code)


class TokensView(Listing):
    """`/tokens/`"""

    roles = {"POST": WRITING}

    queryset = ApiToken.objects.none()
    serializer_class = TokenSerializer
    ordering_fields = {"name": "name", "created_at": "created_at", "expires_at": "expires_at"}

    def get_queryset(self) -> QuerySet[ApiToken]:
        """The person's own tokens."""
        return selectors.own_tokens(self.actor)

    @extend_schema(summary="Tokens", responses=TokenSerializer(many=True))
    def get(self, request: Request) -> HttpResponseBase:
        """List one's own tokens, without their texts."""
        return self.listing()

    @extend_schema(summary="Make a token", request=NewToken, responses={201: MadeTokenSerializer})
    def post(self, request: Request) -> Response:
        """Make a token of one's own; `token` is shown this once."""
        token, text = tokens.issue_token(actor=self.actor, **self.parsed(NewToken))
        return Response(MadeTokenSerializer(token, context={"text": text}).data, status=status.HTTP_201_CREATED)


class TokenView(Endpoint):
    """`/tokens/{id}/`"""

    roles = {"DELETE": WRITING}

    @extend_schema(summary="Revoke a token", responses={204: None})
    def delete(self, request: Request, token: UUID) -> Response:
        """Revoke one of one's own tokens, at once and for good."""
        tokens.revoke_token(found(selectors.own_tokens(self.actor), pk=token), actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)
