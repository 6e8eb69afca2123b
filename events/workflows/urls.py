"""Addresses of the slice workflows."""

from django.urls import URLPattern, path

from events.workflows import (
    adviser_views,
    badge_views,
    candidate_views,
    exhibitor_views,
    fair_views,
    import_views,
    imports_api,
    organiser_views,
    place_views,
    registrations_api,
    team_views,
    token_views,
    trail_views,
)
from events.workflows import api as edges

api: list[URLPattern] = [
    path("fairs/", edges.FairsView.as_view()),
    path("fairs/<str:fair>/", edges.FairView.as_view()),
    path("fairs/<str:fair>/publish/", edges.FairPublishView.as_view()),
    path("fairs/<str:fair>/exhibitors/", edges.FairExhibitorsView.as_view()),
    path("fairs/<str:fair>/stands/", edges.FairStandsView.as_view()),
    path("fairs/<str:fair>/stands/bulk/", edges.FairStandsBulkView.as_view()),
    path("fairs/<str:fair>/imports/", imports_api.ImportsView.as_view()),
    path("stands/<uuid:stand>/assign/", edges.StandAssignView.as_view()),
    path("registrations/<uuid:registration>/cancel/", registrations_api.RegistrationCancelView.as_view()),
]
_ADVISED = "adviser/<str:fair>/<uuid:registration>/"
pages: list[URLPattern] = [
    path("adviser/", adviser_views.my_people, name="adviser-home"),
    path("adviser/<str:fair>/", adviser_views.my_people, name="adviser-fair"),
    path("adviser/<str:fair>/register/", adviser_views.register_person, name="adviser-register"),
    path("adviser/<str:fair>/import/", adviser_views.import_people_page, name="adviser-import"),
    path(_ADVISED, adviser_views.person, name="adviser-person"),
    path(f"{_ADVISED}book/", adviser_views.book, name="adviser-book"),
    path(f"{_ADVISED}book/<str:employer>/", adviser_views.book_employer, name="adviser-book-employer"),
    path(f"{_ADVISED}interviews/<uuid:booking>/", adviser_views.interview, name="adviser-interview"),
    path(f"{_ADVISED}interviews/<uuid:booking>/move/", adviser_views.move_interview, name="adviser-move-interview"),
    path(f"{_ADVISED}waitlist/", adviser_views.join_line, name="adviser-join-line"),
    path(f"{_ADVISED}waitlist/<uuid:entry>/", adviser_views.answer_line, name="adviser-answer-line"),
    path("me/fairs/<str:fair>/leave/", candidate_views.leave_fair, name="leave-fair"),
    path("organiser/", fair_views.organiser_home, name="organiser-home"),
    path("organiser/<str:fair>/", organiser_views.fair_cockpit, name="organiser-fair"),
    path("organiser/<str:fair>/publish/", organiser_views.publish, name="organiser-publish"),
    path("organiser/<str:fair>/settings/", fair_views.fair_settings, name="organiser-settings"),
    path("organiser/<str:fair>/exhibitors/", organiser_views.fair_exhibitors, name="organiser-exhibitors"),
    path("organiser/<str:fair>/exhibitors/add/", exhibitor_views.add_exhibitor, name="organiser-add-exhibitor"),
    path("organiser/<str:fair>/registrations/", organiser_views.fair_registrations, name="organiser-registrations"),
    path("organiser/<str:fair>/import/", import_views.fair_import, name="organiser-import"),
    path("organiser/<str:fair>/places/", place_views.fair_places, name="organiser-places"),
    path("organiser/<str:fair>/badges/", badge_views.fair_badges, name="organiser-badges"),
    path("organiser/<str:fair>/badges/<uuid:job>/", badge_views.print_job, name="organiser-print-job"),
    path("organiser/<str:fair>/team/", team_views.team, name="organiser-team"),
    path("organiser/<str:fair>/team/<uuid:colleague>/", team_views.colleague, name="organiser-colleague"),
    path(
        "organiser/<str:fair>/team/<uuid:colleague>/remove/",
        team_views.remove_colleague,
        name="organiser-colleague-remove",
    ),
    path("organiser/<str:fair>/tokens/", token_views.tokens, name="organiser-tokens"),
    path("organiser/<str:fair>/tokens/<uuid:token>/revoke/", token_views.revoke, name="organiser-token-revoke"),
    path("organiser/<str:fair>/audit/", trail_views.trail, name="organiser-trail"),
]
