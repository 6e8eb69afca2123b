"""Words and states of offers: data."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ContractType(models.TextChoices):
    """Contract types (contract §5)."""

    CDI = "cdi", _("Permanent contract (CDI)")
    CDD = "cdd", _("Fixed-term contract (CDD)")
    INTERIM = "interim", _("Temporary work (intérim)")
    SAISONNIER = "saisonnier", _("Seasonal work")
    APPRENTISSAGE = "apprentissage", _("Apprenticeship")
    PROFESSIONNALISATION = "professionnalisation", _("Professionalisation contract")
    STAGE = "stage", _("Internship")
    STAGE_3E = "stage_3e", _("One-week internship of 3e")
    STAGE_2DE = "stage_2de", _("Internship of 2de")
    MINI_STAGE = "mini_stage", _("Short internship in holidays")
    IMMERSION = "immersion", _("Work immersion")
    SERVICE_CIVIQUE = "service_civique", _("Civic service")


class RomeDomain(models.TextChoices):
    """The domains of the ROME list, by the letter their codes begin with (France Travail, ROME 4.0)."""

    AGRICULTURE = "A", _("Farming, fishing, green spaces, animal care")
    CRAFTS = "B", _("Arts and crafts")
    FINANCE = "C", _("Banking, insurance, property")
    TRADE = "D", _("Sales and retail")
    COMMUNICATION = "E", _("Communication and media")
    CONSTRUCTION = "F", _("Construction and public works")
    HOSPITALITY = "G", _("Hotels, restaurants, tourism, leisure")
    INDUSTRY = "H", _("Industry")
    MAINTENANCE = "I", _("Installation and maintenance")
    HEALTH = "J", _("Health")
    SERVICES = "K", _("Services to people and the community")
    PERFORMANCE = "L", _("Performing arts and sport")
    SUPPORT = "M", _("Business support")
    TRANSPORT = "N", _("Transport and logistics")


class OfferStatus(models.TextChoices):
    """Where an offer stands."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", pgettext_lazy("offer", "Published")
    CLOSED = "closed", pgettext_lazy("offer", "Closed")


OFFER_MOVES: dict[str, tuple[str, ...]] = {
    OfferStatus.DRAFT: (OfferStatus.PUBLISHED,),
    OfferStatus.PUBLISHED: (OfferStatus.CLOSED,),
    OfferStatus.CLOSED: (OfferStatus.PUBLISHED,),
}
"""Which states follow which; an offer closed too early is published again."""
