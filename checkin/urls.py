"""Addresses of the app checkin."""

from django.urls import URLPattern

api: list[URLPattern] = []
pages: list[URLPattern] = []
