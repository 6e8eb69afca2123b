"""Template context that every page's frame needs."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, get_language_info

THEMES = ("light", "dark")


def frame(request: HttpRequest) -> dict[str, object]:
    """Give base.html its site name, navigation, languages and theme.

    ``nav`` is ``request.nav`` where something set it: a list of ``{"label", "url", "current"}``. ``languages`` is a
    list of ``{"code", "name", "is_current"}``, names in their own language. ``theme`` comes from the reader's cookie,
    because a theme set by a script alone would flash, and is empty when the system decides.
    """
    current = get_language()
    theme = request.COOKIES.get("theme", "")
    return {
        "site_name": getattr(settings, "SITE_NAME", "Passerelle"),
        "nav": getattr(request, "nav", []),
        "languages": [
            {"code": code, "name": get_language_info(code)["name_local"].capitalize(), "is_current": code == current}
            for code, _ in settings.LANGUAGES
        ],
        "theme": theme if theme in THEMES else "",
    }
