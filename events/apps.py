from collections.abc import Sequence
from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from events.interviews import triggers


class EventsConfig(AppConfig):
    name = "events"
    label = "events"

    def ready(self) -> None:
        """Keep the guards of the places in step with every migrate, and tell accounts who works for which employer."""
        pre_migrate.connect(_drop_guards, sender=self)
        post_migrate.connect(_create_guards, sender=self)
        import_module("events.employers.permissions").register()


def _drop_guards(using: str, plan: Sequence[Any] = (), **_kwargs: Any) -> None:
    if plan:
        triggers.drop(connections[using])


def _create_guards(using: str, **_kwargs: Any) -> None:
    connection = connections[using]
    if "events_place" in connection.introspection.table_names() and not triggers.are_in_place(connection):
        triggers.create(connection)
