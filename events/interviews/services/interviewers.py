"""Who interviews at a stand."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max

from backend.accounts.actors import Actor
from backend.core import audit
from backend.core.errors import DomainError
from events.employers.models import Stand
from events.interviews import permissions
from events.interviews.models import Interviewer


@transaction.atomic
def add_interviewer(stand: Stand, *, actor: Actor, name: str = "", languages: Sequence[str] = ()) -> Interviewer:
    """Add a table to the stand, after its last; `languages` are codes such as `fr`. Raises `not_found` for whom the
    stand is none of their business."""
    stands = Stand.objects.select_related("fair", "exhibitor").select_for_update(of=("self",), no_key=True)
    stand = stands.get(pk=stand.pk)
    if not permissions.can_set_schedule(actor, stand):
        raise DomainError("not_found")
    last = stand.interviewers.aggregate(last=Max("position", default=0))["last"]
    interviewer = Interviewer(stand=stand, position=last + 1, name=name, languages=list(dict.fromkeys(languages)))
    interviewer.save(force_insert=True)
    audit.record("interviewer.added", interviewer, actor=actor, organisation_id=stand.fair.organisation_id)
    return interviewer
