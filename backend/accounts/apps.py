from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "backend.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Let the OpenAPI document know the doors."""
        import_module("backend.accounts.openapi")
