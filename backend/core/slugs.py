"""Addresses that are unique over the whole site."""

from itertools import count
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from backend.core.errors import DomainError
from backend.core.text import slugify_name

MAX_LENGTH = 80


def insert_with_slug(row: Any, *, wanted: str = "", name: str = "", otherwise: str = "") -> None:
    """Insert the row under the slug wanted, else under the first free of `name`, `name-2`, `name-3` …

    `otherwise` stands in for a name without Latin letters. Two that insert at the same time both get one. Raises
    `slug_taken` for a wanted slug; other constraints' IntegrityError passes through.
    """
    taken = type(row)._default_manager.filter
    base = wanted or slugify_name(name) or otherwise
    known = set(taken(slug__startswith=base).values_list("slug", flat=True))
    for number in count(1):
        row.slug = base if number == 1 else f"{base[: MAX_LENGTH - 8]}-{number}"
        if row.slug not in known:
            try:
                with transaction.atomic():
                    row.save(force_insert=True)
                return
            except IntegrityError:
                if not taken(slug=row.slug).exists():
                    raise
        if wanted:
            raise DomainError("slug_taken")


def is_id(slug: str) -> bool:
    """Whether a path would read this slug as an id."""
    try:
        UUID(slug)
    except ValueError:
        return False
    return True
