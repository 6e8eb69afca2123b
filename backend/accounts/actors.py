"""Who acts: one value that every service takes, whatever door the request came through."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from backend.accounts.enums import ROLE_ONLY_SCOPES, ROLES_OF_SCOPE, Scope
from backend.accounts.models import Membership, User
from backend.core.errors import DomainError

IdSource = Callable[[UUID], frozenset[UUID]]
_employer_source: list[IdSource] = []


def register_employer_source(source: IdSource) -> None:
    """Tell how to find the employers a user works for; called once by the app that knows employers."""
    _employer_source[:] = [source]


@dataclass(frozen=True)
class Actor:
    """Somebody, through a session (`scopes` None) or a token (`scopes` given), or the system, or nobody.

    Roles are read from the database once and kept for the life of the value: one request, one frame, one job.
    """

    kind: str
    user: User | None = None
    token_id: UUID | None = None
    scopes: frozenset[str] | None = None
    ip: str = ""
    request_id: str = ""
    language: str = field(default="", compare=False)
    memberships: tuple[tuple[UUID, str], ...] | None = field(default=None, compare=False, repr=False)

    @property
    def user_id(self) -> UUID | None:
        """The person's id, if it is a person."""
        return self.user.id if self.user else None

    @property
    def is_person(self) -> bool:
        """True for a signed-in browser and for a token."""
        return self.user is not None

    @property
    def is_token(self) -> bool:
        """True where the caller holds a bearer token."""
        return self.token_id is not None

    @property
    def is_system(self) -> bool:
        """True for jobs, imports by command and the like."""
        return self.kind == "system"

    @property
    def caller_key(self) -> str:
        """To whom an Idempotency-Key belongs."""
        if self.user is None:
            return f"ip:{self.ip}"
        return f"token:{self.token_id}" if self.token_id else f"user:{self.user.id}"

    @cached_property
    def _memberships(self) -> Sequence[tuple[UUID, str]]:
        if self.memberships is not None:
            return self.memberships
        if self.user is None:
            return []
        return list(
            Membership.objects.filter(user_id=self.user.id).order_by("id").values_list("organisation_id", "role")
        )

    def has_scope(self, scope: str) -> bool:
        """Whether the door this actor came through allows the scope; says nothing of roles."""
        return self.scopes is None or scope in self.scopes

    def organisations(self, scope: str) -> frozenset[UUID]:
        """The organisations in which the actor may do what the scope stands for."""
        if not self.has_scope(scope):
            return frozenset()
        roles = ROLES_OF_SCOPE[scope]
        if self.scopes is None:
            roles = ROLE_ONLY_SCOPES.get(scope, roles)
        return frozenset(organisation for organisation, role in self._memberships if role in roles)

    def readable_organisations(self) -> frozenset[UUID]:
        """The organisations whose data the actor may read as an organiser or auditor."""
        return self.organisations(Scope.ORGANISER) | self.organisations(Scope.READ)

    def home_organisation(self) -> UUID:
        """The organisation in which the actor makes new things. Raises `forbidden` for who organises none.

        Somebody who organises several works in the oldest; which one is a matter of the token's person.
        """
        organised = self.organisations(Scope.ORGANISER)
        for organisation, _role in self._memberships:
            if organisation in organised:
                return organisation
        raise DomainError("forbidden")

    @cached_property
    def _employers(self) -> frozenset[UUID]:
        if self.user is None or not _employer_source:
            return frozenset()
        return _employer_source[0](self.user.id)

    def employers(self) -> frozenset[UUID]:
        """The employers for which the actor may act."""
        return self._employers if self.has_scope(Scope.EMPLOYER) else frozenset()

    def has_any(self, roles: Iterable[str]) -> bool:
        """Whether the actor holds one of the roles (scope words) anywhere at all."""
        return any(self._has(role) for role in roles)

    def _has(self, role: str) -> bool:
        if self.is_system:
            return True
        if role == Scope.CANDIDATE:
            return self.is_person and self.has_scope(Scope.CANDIDATE)
        if role == Scope.EMPLOYER:
            return bool(self.employers())
        return bool(self.organisations(role))

    def acts_in(self, organisation_id: UUID, *scopes: str) -> bool:
        """Whether the actor may do what one of the scopes stands for in this organisation; the system may."""
        return self.is_system or any(organisation_id in self.organisations(scope) for scope in scopes)


SYSTEM = Actor(kind="system")


def anonymous(ip: str = "", request_id: str = "") -> Actor:
    """Nobody known, at an address."""
    return Actor(kind="anonymous", ip=ip, request_id=request_id)
