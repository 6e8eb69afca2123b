"""Addresses of the slice employers."""

from django.urls import URLPattern

api: list[URLPattern] = []
pages: list[URLPattern] = []
