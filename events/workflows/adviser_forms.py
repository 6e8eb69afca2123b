"""The forms of an adviser's pages."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from events.registrations.forms import RegisterForm

WORDS: dict[str, tuple[Any, Any]] = {
    "birth_date": (_("Date of birth"), _("Only if they are under 18: the badge then leaves out the family name.")),
    "guardian_name": (
        _("Name of a parent or guardian"),
        _("Under 15 their parent or guardian has to agree. We write to them."),
    ),
    "contract_types": (_("What do they look for?"), ""),
    "rome_codes": (_("Jobs they look for, as ROME codes"), _("Such as M1805, G1602.")),
    "needs": (
        _("What would help them on the day?"),
        _("Such as an interview seated, sign language, a calm place. Employers never see this."),
    ),
    "privacy": (_("They agree that the organiser uses what I fill in to run this fair."), ""),
    "share_cv": (_("Employers they have an interview with may read their CV."), ""),
    "contact_after": (_("The organiser may write to them about other fairs after this one."), ""),
}


class PersonForm(RegisterForm):
    """A registration by somebody who accompanies the person: no address is needed."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name, (label, help_text) in WORDS.items():
            self.fields[name].label, self.fields[name].help_text = label, help_text
        contact = self.fields["contact"]
        contact.required = False
        contact.help_text = _("With one they get the ticket there, and can sign in themselves.")
        for name in ("given_name", "family_name", "contact", "birth_date"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
