"""EMAIL_URL, SMS_URL and STORAGE_URL: what they mean, and one line that names the setting and no password otherwise."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from backend.core.environment import Environment

FOLDER = "file:///srv/50% of #1"


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    return Environment(tmp_path)


def test_a_folder(env, monkeypatch) -> None:
    email = env.email("EMAIL_URL_OF_TEST", FOLDER)
    assert email == {"EMAIL_BACKEND": "backend.mail.transport.FolderBackend", "EMAIL_FILE_PATH": "/srv/50% of #1"}
    assert env.sms("SMS_URL_OF_TEST", FOLDER) == FOLDER
    assert env.storage("STORAGE_URL_OF_TEST", FOLDER) == Path("/srv/50% of #1")


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://amel%40fair:p%3Aw@mail.example.org:2525?tls=1", 2525, True, False),
        ("smtp://amel%40fair:p%3Aw@mail.example.org?tls=1", 587, True, False),
        ("smtp://amel%40fair:p%3Aw@mail.example.org", 25, False, False),
        ("smtps://amel%40fair:p%3Aw@mail.example.org", 465, False, True),
    ],
)
def test_a_server(env, monkeypatch, url, port, tls, ssl) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    email = env.email("EMAIL_URL", "")
    assert email["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (email["EMAIL_HOST"], email["EMAIL_PORT"]) == ("mail.example.org", port)
    assert (email["EMAIL_HOST_USER"], email["EMAIL_HOST_PASSWORD"]) == ("amel@fair", "p:w")
    assert (email["EMAIL_USE_TLS"], email["EMAIL_USE_SSL"]) == (tls, ssl)


@pytest.mark.parametrize("url", ["https://sms.example.org/send", "http://127.0.0.1:9000/", "http://localhost/"])
def test_a_gateway(env, monkeypatch, url) -> None:
    monkeypatch.setenv("SMS_URL", url)
    assert env.sms("SMS_URL", "") == url


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("EMAIL_URL", "mail.example.org"),
        ("EMAIL_URL", "smpt://amel:secret@mail.example.org"),
        ("EMAIL_URL", "smtp://amel:secret@"),
        ("EMAIL_URL", "smtp://amel:secret@mail.example.org:many"),
        ("EMAIL_URL", "smtp://amel:secret@mail.example.org?tls=yes"),
        ("EMAIL_URL", "smtp://amel:secret@mail.example.org?starttls=1"),
        ("EMAIL_URL", "file://mail"),
        ("SMS_URL", "http://amel:secret@sms.example.org"),
        ("SMS_URL", "https://"),
        ("SMS_URL", "file:sms"),
        ("STORAGE_URL", "/srv/media"),
        ("STORAGE_URL", "https://amel:secret@media.example.org"),
    ],
)
def test_a_mistake_is_one_line(env, monkeypatch, name, url) -> None:
    monkeypatch.setenv(name, url)
    reader = {"EMAIL_URL": env.email, "SMS_URL": env.sms, "STORAGE_URL": env.storage}[name]
    with pytest.raises(ImproperlyConfigured) as mistake:
        reader(name, "")
    said = str(mistake.value)
    assert said.startswith(f"{name} must look like")
    assert "secret" not in said
    assert "\n" not in said
