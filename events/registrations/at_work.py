"""Who comes to a fair to work: the people whom the badge job registers, and gives no badge once they have left."""

from django.db.models import Q, QuerySet

from backend.accounts.enums import Role
from backend.accounts.models import Membership
from events.employers.enums import ExhibitorStatus
from events.employers.models import EmployerMember
from events.fairs.models import Fair
from events.registrations.enums import Channel, RegistrationKind
from events.registrations.models import Registration

ROLES_OF_KIND: dict[str, tuple[Role, ...]] = {
    RegistrationKind.STAFF: (Role.OWNER, Role.ORGANISER, Role.STAFF),
    RegistrationKind.ADVISER: (Role.ADVISER,),
}
# Nobody can be reached, or found again, without an address: that is what an erased person is.
_REACHABLE = Q(user__is_active=True) & (Q(user__email_key__isnull=False) | Q(user__phone__isnull=False))


def recruiters_at_work(fair: Fair) -> QuerySet[EmployerMember]:
    """The teams of the fair's accepted exhibitors; who is in two of them, twice."""
    return EmployerMember.objects.filter(
        _REACHABLE, employer__exhibitors__fair=fair, employer__exhibitors__status=ExhibitorStatus.ACCEPTED
    )


def members_at_work(fair: Fair, kind: str) -> QuerySet[Membership]:
    """The organisation's members whose badge is of this kind, staff or adviser."""
    return Membership.objects.filter(_REACHABLE, organisation_id=fair.organisation_id, role__in=ROLES_OF_KIND[kind])


def departed(fair: Fair) -> QuerySet[Registration]:
    """Registrations that the badge job made for people who have left since: the team, the organisation, or with their
    employer the fair. They get no badge; should they come back, theirs is still there."""
    remaining = Q(kind=RegistrationKind.EMPLOYER, user__in=recruiters_at_work(fair).values("user"))
    for kind in ROLES_OF_KIND:
        remaining |= Q(kind=kind, user__in=members_at_work(fair, kind).values("user"))
    return Registration.objects.filter(fair=fair, channel=Channel.BADGE_JOB).exclude(remaining)
