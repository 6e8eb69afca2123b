"""Addresses of accounts: signing in and out."""

from django.urls import URLPattern

api: list[URLPattern] = []
pages: list[URLPattern] = []
