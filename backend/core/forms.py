"""How forms look on every page."""

from django.forms.renderers import TemplatesSetting


class PageRenderer(TemplatesSetting):
    """Renders ``{{ form }}`` with an error summary, and each field with label, help and error tied together.

    Needs ``django.forms`` in INSTALLED_APPS, so that widgets are found. Only forms and fields are ours: widgets and
    error lists stay Django's, and so does the admin, which lays out its fields itself.
    """

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
