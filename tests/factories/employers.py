"""Employers, their teams, their part in a fair, and stands."""

from itertools import count
from typing import Any

from backend.accounts.enums import Scope
from backend.accounts.models import Organisation, User
from backend.core.text import fold
from events.employers.enums import EmployerRole, ExhibitorStatus
from events.employers.models import Employer, EmployerMember, Exhibitor, Stand
from events.fairs.models import Fair
from tests.factories.accounts import make_organisation, make_token, make_user
from tests.factories.client import Api, client_of

_numbers = count(1)


def make_employer(organisation: Organisation | None = None, *, name: str | None = None, **values: Any) -> Employer:
    """An employer whose SIRET is pending, unless given."""
    number = next(_numbers)
    name = name or f"Employeur {number}"
    defaults = {
        "slug": f"employeur-{number}",
        "name_key": fold(name),
        "sector_key": fold(values.get("sector", "")),
        "search_key": fold(f"{name} {values.get('sector', '')}"),
    }
    return Employer.objects.create(organisation=organisation or make_organisation(), name=name, **defaults | values)


def make_recruiter(employer: Employer, role: str = EmployerRole.ADMIN) -> User:
    """A new person of the employer's team."""
    user = make_user()
    EmployerMember.objects.create(employer=employer, user=user, role=role)
    return user


def recruiter_client(employer: Employer) -> Api:
    """The REST client of a new person of the employer's team."""
    return client_of(make_token(make_recruiter(employer), [Scope.EMPLOYER]))


def make_exhibitor(
    fair: Fair, employer: Employer | None = None, *, status: str = ExhibitorStatus.ACCEPTED, **values: Any
) -> Exhibitor:
    """An employer's part in the fair, accepted unless said otherwise."""
    employer = employer or make_employer(fair.organisation)
    return Exhibitor.objects.create(fair=fair, employer=employer, status=status, **values)


def make_stand(fair: Fair, label: str | None = None, *, exhibitor: Exhibitor | None = None, **values: Any) -> Stand:
    """A stand of the fair."""
    label = label or f"A{next(_numbers)}"
    return Stand.objects.create(fair=fair, label=label, label_key=fold(label), exhibitor=exhibitor, **values)
