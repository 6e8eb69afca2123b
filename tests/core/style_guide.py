"""The style guide with words in it, for the tests of the frame and the browser."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings

ZONE = "Europe/Paris"
NINE = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
# Addresses without hashes: no test collects static files.
PLAIN_STATIC = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


class SampleForm(forms.Form):
    given_name = forms.CharField(label="Given name")
    family_name = forms.CharField(label="Family name", required=False)
    email = forms.EmailField(label="E-mail", help_text="For the code and your ticket.")
    arrival = forms.ChoiceField(
        label="Arrival", choices=[("m", "Morning"), ("a", "Afternoon")], widget=forms.RadioSelect
    )
    privacy = forms.BooleanField(label="I have read how my data is used")
    came_from = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        self.add_error(None, "This fair is full.")
        return super().clean() or {}


def request(path: str = "/style/?a=1", **cookies: str) -> HttpRequest:
    made = RequestFactory().get(path)
    made.user = AnonymousUser()
    made.COOKIES.update(cookies)
    return made


@override_settings(STORAGES=PLAIN_STATIC)
def style_guide() -> str:
    """The page as text, in the active language."""
    fair = {"name": "Forum de l'emploi", "starts_at": NINE, "ends_at": NINE + timedelta(hours=8), "place": "La Ciotat"}
    context = {
        "starts_at": NINE,
        "ends_at": NINE + timedelta(hours=8),
        "zone": ZONE,
        "qr_src": "/ticket.svg",
        "form": SampleForm({"given_name": "Noémie", "email": "noemie@"}),
        "fairs": [
            {**fair, "phase": "booking", "phase_label": "Booking is open", "exhibitors": 85, "offers": 1},
            {
                **fair,
                "name": "Rencontres interprofessionnelles",
                "phase": "upcoming",
                "phase_label": "Booking opens Monday 9:00",
            },
        ],
        "timeline": [
            {"kind": "interview", "starts_at": NINE, "title": "Airbus", "url": "#", "is_now": True},
            {"kind": "walk", "title": "6 minutes on foot"},
        ],
        "exhibitors": [{"name": "Airbus", "stand": "B12", "status": "accepted", "label": "Accepted", "booked": 48}],
        "interviewers": ["Claire Roux", "Mehdi Benali"],
        "agenda": [{"starts_at": NINE, "is_now": True, "cells": [{"kind": "free", "title": "Free"}, None]}],
        "icons": ["calendar", "clock"],
        "languages_spoken": ["French", "English", "Arabic"],
    }
    return render_to_string("styleguide.html", context, request())
