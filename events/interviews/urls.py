"""Addresses of the slice interviews."""

from django.urls import URLPattern

api: list[URLPattern] = []
pages: list[URLPattern] = []
