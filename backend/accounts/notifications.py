"""What people are told about their own access."""

from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise

from backend.accounts.models import User
from backend.core.text import without_links
from backend.mail.services import post_message


def write_invitation(user: User, *, team: str, role: str | Promise, organisation_id: UUID) -> None:
    """Tell somebody, in the caller's transaction, that they belong to a team now and how to sign in.

    `team` is the name of an organisation or employer, `role` the word for what they are in it. A link in the name is
    not passed on.
    """
    post_message(
        "team_invited",
        to=user.email,
        language=user.language,
        context={"team": without_links(team), "role": role, "sign_in_url": f"{settings.SITE_URL}/sign-in/"},
        user_id=user.id,
        organisation_id=organisation_id,
    )
