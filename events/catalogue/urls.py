"""Addresses of the slice catalogue."""

from django.urls import URLPattern

api: list[URLPattern] = []
pages: list[URLPattern] = []
