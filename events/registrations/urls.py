"""Addresses of the slice registrations."""

from django.urls import URLPattern

api: list[URLPattern] = []
pages: list[URLPattern] = []
