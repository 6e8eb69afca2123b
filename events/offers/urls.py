"""Addresses of offers."""

from django.urls import URLPattern, path

from events.offers import api as edges
from events.offers import views

api: list[URLPattern] = [
    path("offers/", edges.OffersView.as_view()),
    path("offers/<uuid:offer>/", edges.OfferView.as_view()),
    path("offers/<uuid:offer>/publish/", edges.OfferPublishView.as_view()),
    path("offers/<uuid:offer>/close/", edges.OfferCloseView.as_view()),
]
pages: list[URLPattern] = [
    path("employer/offers/", views.offers, name="employer-offers"),
    path("employer/offers/new/", views.new_offer, name="employer-offer-new"),
    path("employer/offers/<uuid:offer>/", views.offer, name="employer-offer"),
    path("employer/offers/<uuid:offer>/publish/", views.publish_offer, name="employer-offer-publish"),
    path("employer/offers/<uuid:offer>/close/", views.close_offer, name="employer-offer-close"),
]
