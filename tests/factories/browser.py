"""A signed-in browser without JavaScript."""

from html.parser import HTMLParser

from django.test import Client

from backend.accounts.models import User


def browser_of(user: User | None = None, *, language: str = "en") -> Client:
    """The browser of this person, or of nobody known."""
    client = Client(HTTP_HOST="localhost", headers={"Accept-Language": language})
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def form_on(page: str) -> dict[str, str]:
    """What the browser sends of the longest form on the page, if nothing is typed into it."""
    forms = _Forms()
    forms.feed(page)
    return {name: value.replace("\n", "\r\n") for name, value in max(forms.found, key=len).items()}


class _Forms(HTMLParser):
    """The values of inputs, choices and text areas, form by form."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = [{}]
        self.name = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Forms, and what is sent of them."""
        given = {key: value or "" for key, value in attrs}
        is_off = given.get("type") in ("checkbox", "radio") and "checked" not in given
        if tag == "form":
            self.found.append({})
        elif tag in ("select", "textarea"):
            self.name = given["name"]
            self.found[-1].setdefault(self.name, "")
        elif tag == "option" and self.name and "selected" in given:
            self.found[-1][self.name] = given["value"]
        elif tag == "input" and "name" in given and not is_off:
            self.found[-1][given["name"]] = given.get("value", "on" if given.get("type") == "checkbox" else "")

    def handle_data(self, data: str) -> None:
        """What stands in a text area, whose first line break is not part of it."""
        if self.name and self.lasttag == "textarea":
            self.found[-1][self.name] = data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        """What follows belongs to none."""
        if tag in ("select", "textarea"):
            self.name = ""
