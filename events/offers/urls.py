"""Addresses of offers."""

from django.urls import URLPattern, path

from events.offers import api as edges

api: list[URLPattern] = [
    path("offers/", edges.OffersView.as_view()),
    path("offers/<uuid:offer>/", edges.OfferView.as_view()),
    path("offers/<uuid:offer>/publish/", edges.OfferPublishView.as_view()),
    path("offers/<uuid:offer>/close/", edges.OfferCloseView.as_view()),
]
pages: list[URLPattern] = []
