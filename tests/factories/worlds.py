"""Two organisations with rows of every kind, made once per module: what belongs to whom is known to the last id."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from backend.accounts.actors import SYSTEM
from backend.accounts.enums import Role, Scope
from backend.accounts.models import ApiToken, Membership, Organisation, User
from backend.accounts.services import people
from backend.core.clock import now
from events.employers.enums import EmployerRole
from events.employers.models import EmployerMember, Stand
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.interviews.models import WaitlistEntry
from events.interviews.services import book_interview
from events.registrations.enums import Channel
from events.registrations.models import Registration
from tests.factories.accounts import make_member, make_organisation, make_token, make_user
from tests.factories.badges import make_print_job
from tests.factories.employers import make_employer, make_exhibitor, make_recruiter, make_stand
from tests.factories.fairs import make_fair, make_gate, make_hall, make_series, make_venue
from tests.factories.interviews import make_slot
from tests.factories.offers import make_offer
from tests.factories.registrations import make_registration

ROLES = ("organiser", "staff", "adviser", "auditor")
Paths = dict[str, str]
"""What stands in an address under a name, such as {"fair": "salon-1", "slot": "0190…"}."""


@dataclass
class Realm:
    """One organisation. `own` are the rows of its candidate and its first employer, `advised` those of the person its
    adviser registered, `other` those of another candidate and another employer, `every` those of the one person who
    has every role there is."""

    organisation: Organisation
    fair: Fair
    draft: Fair
    people: dict[str, User] = field(default_factory=dict)
    own: Paths = field(default_factory=dict)
    advised: Paths = field(default_factory=dict)
    other: Paths = field(default_factory=dict)
    every: Paths = field(default_factory=dict)


def make_realm() -> Realm:
    """An organisation with a fair under way and all that hangs on it."""
    organisation = make_organisation()
    venue, series = make_venue(organisation), make_series(organisation)
    fair = make_fair(organisation, venue=venue, series=series)
    realm = Realm(organisation, fair, make_fair(organisation, status=FairStatus.DRAFT, published_at=None))
    realm.people = {role: make_member(organisation, role) for role in ROLES}
    shared = {
        "fair": fair.slug,
        "venue": str(venue.pk),
        "series": series.slug,
        "hall": str(make_hall(fair).pk),
        "gate": str(make_gate(fair).pk),
        "job": str(make_print_job(fair).pk),
        "colleague": str(Membership.objects.get(user=realm.people["staff"]).pk),
    }
    realm.own = shared | _stand_of(fair) | _tokens_of(realm.people["organiser"])
    realm.other = shared | _stand_of(fair) | _tokens_of(_owner(organisation))
    realm.people["employer"] = make_recruiter(_stand(realm.own).exhibitor.employer)  # type: ignore[union-attr]
    realm.people["candidate"] = make_user()
    realm.people["everyone"] = _everyone(organisation, _stand(realm.own))
    realm.advised = realm.own | _booked(fair, realm.own, make_user(), channel=Channel.ADVISER)
    realm.every = realm.own | _booked(fair, realm.own, realm.people["everyone"])
    realm.own |= _booked(fair, realm.own, realm.people["candidate"])
    realm.other |= _booked(fair, realm.other, make_user())
    return realm


@contextmanager
def kept_for_a_module(blocker: Any) -> Iterator[None]:
    """What is made inside stays for the tests of a module and is gone after them; `blocker`: pytest-django's."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def _stand(paths: Paths) -> Stand:
    return Stand.objects.select_related("exhibitor__employer").get(pk=paths["stand"])


def _stand_of(fair: Fair) -> Paths:
    """A new employer that takes part, with its offer, stand, table and one slot that is free."""
    employer = make_employer(fair.organisation)
    exhibitor = make_exhibitor(fair, employer)
    stand = make_stand(fair, exhibitor=exhibitor)
    slot = make_slot(fair, stand=stand)
    recruiter = make_recruiter(employer, EmployerRole.RECRUITER)
    return {
        "employer": employer.slug,
        "recruiter": str(EmployerMember.objects.get(user=recruiter).pk),
        "exhibitor": str(exhibitor.pk),
        "stand": str(stand.pk),
        "interviewer": str(slot.interviewer_id),
        "slot": str(slot.pk),
        "offer": str(make_offer(employer, fair=fair).pk),
    }


def _booked(fair: Fair, at: Paths, user: User, *, channel: str = Channel.SELF) -> Paths:
    """A registration of this person with a booking and a place in line at the stand, and another one of theirs."""
    registration = _register(fair, user, channel)
    slot = make_slot(fair, stand=_stand(at))
    place = book_interview(slot.pk, actor=SYSTEM, registration_id=registration.pk)
    unbooked = _register(fair, user, channel, given_name="Yanis")
    return {
        "registration": str(registration.pk),
        "unbooked": str(unbooked.pk),
        # A row and not `join_waitlist`: who has an interview there is refused, and it must be at the same stand.
        "entry": str(WaitlistEntry.objects.create(slot=slot, registration=registration, joined_at=now()).pk),
        "booking": str(place.pk),
        "user": str(user.pk),
    }


def _register(fair: Fair, user: User, channel: str, **values: Any) -> Registration:
    return make_registration(fair, email=user.email, channel=channel, **values)


def _tokens_of(user: User) -> Paths:
    """A token of this person, beside those that requests are made with, and the membership."""
    make_token(user, [Scope.READ])
    token = ApiToken.objects.filter(user=user).latest("created_at")
    return {"token": str(token.pk), "member": str(Membership.objects.get(user=user).pk)}


def _owner(organisation: Organisation) -> User:
    return Membership.objects.select_related("user").get(organisation=organisation, role=Role.OWNER).user


def _everyone(organisation: Organisation, stand: Stand) -> User:
    """A person with every role there is: what a token of theirs may not, its scopes do not allow."""
    user = make_user()
    for role in Role.values:
        people.add_member(organisation, actor=SYSTEM, user=user, role=role)
    assert stand.exhibitor is not None
    EmployerMember.objects.create(employer=stand.exhibitor.employer, user=user, role=EmployerRole.ADMIN)
    return user
