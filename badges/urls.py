"""Addresses of the app badges."""

from django.urls import URLPattern

api: list[URLPattern] = []
pages: list[URLPattern] = []
