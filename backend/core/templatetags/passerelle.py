"""Template tags of the frame: icons, status pills, times, bars, and blocks that hold content.

A builtin of the template engine (settings), so no page has to load it. Usage of each with an example: docs/frame.md.
"""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

register = template.Library()

# Every status word of the domain by what it means for the reader; the icon repeats the colour in shape.
STATUSES = {
    "ok": "confirmed accepted published booked inside done hired offer_made open ok free sent ready",
    "live": "ongoing in_progress running registration booking offered live follow_up",
    "wait": "pending submitted waiting waitlisted to_complete to_accept to_reject queued upcoming second_interview",
    "bad": "cancelled rejected no_show failed refused withdrawn expired not_retained revoked",
}
TONES = {word: tone for tone, words in STATUSES.items() for word in words.split()}
SHAPES = {"ok": "check", "live": "dot", "wait": "ring", "bad": "cross", "off": "ring"}
ALERT_ICONS = {"info": "info", "ok": "check", "warn": "warning", "danger": "warning"}


def _local(moment: datetime, zone: str | ZoneInfo | None) -> datetime:
    if isinstance(zone, str):
        zone = ZoneInfo(zone) if zone else None
    return timezone.localtime(moment, zone)


@register.simple_tag
def icon(name: str) -> SafeString:
    """One icon of ``static/icons/sprite.svg``, hidden from assistive technology: a word stands beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons/sprite.svg"),
        name,
    )


@register.simple_tag
def status(value: str, label: str = "") -> SafeString:
    """A pill for a status ``value``, worded by ``label`` (``get_status_display``); an unknown value is neutral."""
    tone = TONES.get(value, "off")
    return format_html('<span class="pill {}">{}{}</span>', tone, icon(SHAPES[tone]), label or value)


@register.simple_tag
def hour(moment: datetime, zone: str | ZoneInfo | None = None) -> SafeString:
    """The time of ``moment`` as 14:20, in ``zone`` (a name or a ZoneInfo) or else the active one."""
    local = _local(moment, zone)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), formats.date_format(local, "G:i"))


@register.simple_tag
def day(moment: datetime, zone: str | ZoneInfo | None = None) -> SafeString:
    """The day of ``moment`` in full, "jeudi 28 novembre", with the year when it is not this one."""
    local = _local(moment, zone)
    this_year = timezone.localtime(timezone=local.tzinfo).year
    text = formats.date_format(local, "l j F" if local.year == this_year else "l j F Y")
    return format_html('<time datetime="{}">{}</time>', local.date().isoformat(), text)


@register.simple_tag
def period(start: datetime, end: datetime, zone: str | ZoneInfo | None = None) -> SafeString:
    """From ``start`` to ``end``: the day once when both fall on one, "jeudi 28 novembre, 9:00 – 17:00"."""
    first, last = _local(start, zone), _local(end, zone)
    if first.date() == last.date():
        return format_html(
            '{}, <span class="hours">{} – {}</span>', day(start, zone), hour(start, zone), hour(end, zone)
        )
    return format_html("{}, {} – {}, {}", day(start, zone), hour(start, zone), day(end, zone), hour(end, zone))


@register.simple_tag
def leaf(moment: datetime, zone: str | ZoneInfo | None = None) -> SafeString:
    """The calendar leaf of a fair's card; hidden from assistive technology, for the card says the date in words."""
    local = _local(moment, zone)
    parts = [formats.date_format(local, form) for form in ("M", "j", "l")]
    return format_html(
        '<p class="leaf" aria-hidden="true"><span class="leaf-month">{}</span><span class="leaf-day">{}</span>'
        '<span class="leaf-weekday">{}</span></p>',
        *parts,
    )


@register.simple_tag
def fillbar(value: int, total: int, label: str) -> SafeString:
    """A bar of ``value`` out of ``total``, with the numbers in words; in SVG, which needs no style attribute."""
    share = min(100, round(100 * value / total)) if total > 0 else 0
    context = {"value": value, "total": total, "label": label, "share": share, "is_full": total > 0 and value >= total}
    return render_to_string("components/fillbar.html", context)


@register.simple_tag
def breadcrumbs(*pairs: str) -> SafeString:
    """A trail from label, address, label, address, …; the last label is the page itself and has no address."""
    steps = [(pairs[at], pairs[at + 1] if at + 1 < len(pairs) else "") for at in range(0, len(pairs), 2)]
    return render_to_string("components/breadcrumbs.html", {"steps": steps})


@register.simple_tag
def steps(current: int, *labels: str) -> SafeString:
    """The steps of a short journey; ``current`` counts from 1."""
    return render_to_string("components/steps.html", {"current": current, "labels": labels})


@register.simple_block_tag
def card(content: str, title: str = "", glyph: str = "", tone: str = "", level: int = 2) -> SafeString:
    """A card around its content, with an optional heading of ``level``, icon ``glyph`` and ``tone`` (tint)."""
    context = {"content": content, "title": title, "glyph": glyph, "tone": tone, "level": level}
    return render_to_string("components/card.html", context)


@register.simple_block_tag
def alert(content: str, tone: str = "info", title: str = "") -> SafeString:
    """A notice. ``tone``: info, ok, warn or danger. It is read out at once only when it is a danger."""
    context = {"content": content, "tone": tone, "title": title, "glyph": ALERT_ICONS[tone]}
    return render_to_string("components/alert.html", context)


@register.simple_block_tag
def empty(content: str, title: str, glyph: str = "info") -> SafeString:
    """An empty state: what is missing (``title``) and, as content, what to do next."""
    return render_to_string("components/empty.html", {"content": content, "title": title, "glyph": glyph})


@register.simple_block_tag
def confirm(content: str, label: str, tone: str = "") -> SafeString:
    """A button that unfolds its question and form (content) without a script. ``tone``: danger, or empty."""
    return render_to_string("components/confirm.html", {"content": content, "label": label, "tone": tone})


@register.filter
def listed(values: Iterable[object]) -> str:
    """Words as a list in the reader's language: "CDI, CDD and apprenticeship"."""
    words = [str(value) for value in values]
    if len(words) < 2:
        return "".join(words)
    return gettext("%(first)s and %(last)s") % {
        "first": pgettext("between words of a list", ", ").join(words[:-1]),
        "last": words[-1],
    }
