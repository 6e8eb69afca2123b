"""Addresses of the slice workflows."""

from django.urls import URLPattern

api: list[URLPattern] = []
pages: list[URLPattern] = []
