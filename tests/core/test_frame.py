"""The frame of the pages: contrast of the stylesheet, components, forms, error pages."""

import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation

from backend.core.context import frame
from backend.core.templatetags.passerelle import SHAPES, listed
from tests.core.style_guide import NINE, PLAIN_STATIC, ZONE, SampleForm, request, style_guide

ROOT = Path(__file__).resolve().parent.parent.parent
BACKEND = ROOT / "backend"
# A message is read in a mail program, where styles must stand in the elements.
PAGES = [
    path
    for room in ("backend", "badges", "checkin", "events")
    for path in (ROOT / room).glob("**/templates/**/*.html")
    if "mail" not in path.parts
]
STATIC = BACKEND / "static"
CSS = STATIC / "css"
ICONS = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons" / "sprite.svg").read_text()))
VOID = {"input", "img", "br", "hr", "meta", "link"}

TEXT_PAIRS = [
    *((text, ground) for text in ("ink", "soft", "accent") for ground in ("paper", "surface", "tint")),
    *((text, f"{text}-tint") for text in ("ok", "warn", "danger", "live", "off")),
    *(("ink", f"{tone}-tint") for tone in ("ok", "warn", "danger", "live", "off")),
    *(("accent", f"{tone}-tint") for tone in ("live", "ok", "danger", "warn")),
    *(("danger", ground) for ground in ("paper", "surface")),
    ("soft", "off-tint"),
    ("soft", "live-tint"),
    ("accent-strong", "tint"),
    ("warn", "tint"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-warm", "warm"),
    ("on-warm", "warm-strong"),
    ("on-deep", "deep"),
    ("on-deep-soft", "deep"),
]
SCAN_PAIRS = [
    *(("on-scan", ground) for ground in ("scan-ok", "scan-refused", "scan-ready")),
    ("on-scan-look", "scan-look"),
]
MARK_PAIRS = [("edge", "paper"), ("edge", "surface"), ("accent", "paper"), ("warm", "deep"), ("accent", "off-tint")]


def tokens(theme: str) -> dict[str, str]:
    """The colours of a theme; the dark block is laid over the light one, as in a browser."""
    text = (CSS / "tokens.css").read_text()
    found: dict[str, str] = {}
    for selector in (":root {", '[data-theme="dark"] {')[: 1 if theme == "light" else 2]:
        block = text.split(f"\n{selector}", 1)[1].split("}", 1)[0]
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    return found


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, WCAG 2.2."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    bright, dim = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


class Elements(HTMLParser):
    """Every element of a page with its attributes; complains about what is closed in the wrong order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    settings.STORAGES = PLAIN_STATIC


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        *((*pair, 4.5) for pair in TEXT_PAIRS),
        *((*pair, 7.0) for pair in SCAN_PAIRS),
        *((*pair, 3.0) for pair in MARK_PAIRS),
    ],
)
def test_contrast(theme: str, text: str, ground: str, least: float) -> None:
    colours = tokens(theme)
    assert contrast(colours[text], colours[ground]) >= least


def test_the_dark_theme_is_the_same_whether_chosen_or_followed() -> None:
    chosen, followed = (CSS / "tokens.css").read_text().split('\n[data-theme="dark"] {')[1].split("@media")
    declarations = [re.findall(r"^\s+([\w-]+): ([^;{]+);", part, re.M) for part in (chosen, followed)]
    assert declarations[0]
    assert declarations[0] == declarations[1]


def test_stylesheets_use_tokens_that_exist_and_neither_left_nor_right() -> None:
    sheets = {path.name: path.read_text() for path in STATIC.rglob("*.css") if not path.is_relative_to(STATIC / "dist")}
    assert {"tokens.css", "frame.css", "scan.css"} <= set(sheets)
    known = set(re.findall(r"(--[\w-]+):", "".join(sheets.values())))
    assert set(re.findall(r"var\((--[\w-]+)\)", "".join(sheets.values()))) <= known
    sides = re.compile(r"(margin|padding|border)-(left|right)[\w-]*:|[;{] (left|right):")
    assert [name for name, text in sheets.items() if sides.search(text)] == []


def test_every_page_obeys_the_content_policy() -> None:
    for path in PAGES:
        text = path.read_text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|hx-vals=.js:|javascript:", text), path.name
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), path.name
        assert not re.search(r"(src|href)=.https?:", text), path.name


def test_every_icon_that_is_named_is_drawn() -> None:
    for path in PAGES:
        named = set(re.findall(r'{% icon "([\w-]+)"|glyph="([\w-]+)"', path.read_text()))
        assert {first or second for first, second in named} <= ICONS, path.name
    assert set(SHAPES.values()) <= ICONS


def test_style_guide_is_well_formed_and_labelled() -> None:
    page = Elements(style_guide())
    identifiers = [attributes["id"] for _, attributes in page.found if attributes.get("id")]
    assert len(identifiers) == len(set(identifiers))
    for _, attributes in page.found:
        for name in ("aria-labelledby", "aria-describedby", "for"):
            assert set((attributes.get(name) or "").split()) <= set(identifiers)
    assert len(page.all("h1")) == 1
    assert all(image.get("alt") for image in page.all("img"))
    links = {link["href"] for link in page.all("a") if (link["href"] or "").startswith("#id_")}
    assert {"#id_email", "#id_arrival", "#id_privacy"} == links
    assert {link[1:] for link in links if link} <= set(identifiers)


def test_htmx_may_neither_evaluate_nor_write_styles() -> None:
    [config] = [meta["content"] for meta in Elements(style_guide()).all("meta") if meta.get("name") == "htmx-config"]
    assert config
    assert {"allowEval": False, "includeIndicatorStyles": False}.items() <= json.loads(config).items()


@pytest.mark.parametrize(("language", "direction"), [("fr", "ltr"), ("en", "ltr"), ("ar", "rtl")])
def test_page_says_language_and_direction(language: str, direction: str) -> None:
    with translation.override(language):
        [html] = Elements(render_to_string("404.html", {}, request())).all("html")
    assert (html["lang"], html["dir"]) == (language, direction)


def test_frame_offers_the_other_language_and_comes_back_here() -> None:
    with translation.override("fr"):
        page = Elements(render_to_string("404.html", {}, request("/fairs/x/?page=2")))
    assert [button["value"] for button in page.all("button") if button.get("name") == "language"] == ["en"]
    assert [field["value"] for field in page.all("input") if field.get("name") == "next"] == ["/fairs/x/?page=2"]


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("light", "light"), ('"><script>', ""), ("", "")])
def test_theme_is_what_the_cookie_says_if_it_is_one(cookie: str, theme: str) -> None:
    assert frame(request(theme=cookie))["theme"] == theme
    [html] = Elements(render_to_string("404.html", {}, request(theme=cookie))).all("html")
    assert html.get("data-theme", "") == theme


def test_navigation_marks_where_one_is() -> None:
    made = request()
    made.nav = [  # type: ignore[attr-defined]
        {"label": "Fairs & more", "url": "/", "current": True},
        {"label": "Me", "url": "/me/", "current": False},
    ]
    text = render_to_string("404.html", {}, made)
    assert "Fairs &amp; more" in text
    assert [link["href"] for link in Elements(text).all("a") if link.get("aria-current") == "page"] == ["/"]


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
def test_error_pages_need_no_context(name: str) -> None:
    page = Elements(render_to_string(f"{name}.html"))
    assert len(page.all("h1")) == 1
    assert len(page.all("title")) == 1


def test_429_says_how_long() -> None:
    with translation.override("en"):
        assert "in 1 second." in render_to_string("429.html", {"retry_after": 1})
        assert "in 40 seconds." in render_to_string("429.html", {"retry_after": 40})


def test_form_ties_label_help_and_error_to_the_field() -> None:
    text = str(SampleForm({"given_name": "Noémie", "email": "noemie@"}))
    page = Elements(text)
    fields = {field["name"]: field for field in page.all("input")}
    assert fields["email"]["aria-describedby"] == "id_email_helptext id_email_error"
    assert fields["email"]["aria-invalid"] == "true"
    assert "aria-invalid" not in fields["given_name"]
    assert [box["aria-describedby"] for box in page.all("fieldset")] == ["id_arrival_error"]
    assert fields["came_from"]["type"] == "hidden"
    assert text.count('class="optional"') == 1
    assert text.index("This fair is full.") < text.index('name="given_name"')
    assert 'role="alert"' in text


def test_form_that_was_not_sent_has_no_summary() -> None:
    assert 'role="alert"' not in str(SampleForm())


def test_form_escapes_what_was_typed() -> None:
    assert "<b>" not in str(SampleForm({"given_name": "<b>", "email": "<b>", "arrival": "<b>"}))


@pytest.mark.parametrize(
    ("value", "tone"),
    [("confirmed", "ok"), ("in_progress", "live"), ("waitlisted", "wait"), ("no_show", "bad"), ("draft", "off")],
)
def test_status_has_tone_word_and_shape(value: str, tone: str) -> None:
    text = render("{% status value label %}", value=value, label="<Word>")
    assert f'class="pill {tone}"' in text
    assert "&lt;Word&gt;" in text
    assert f"#{SHAPES[tone]}" in text


def test_times_are_shown_in_the_zone_of_the_fair() -> None:
    with translation.override("fr"):
        assert render("{% hour at zone %}", at=NINE, zone=ZONE).endswith(">9:00</time>")
        assert render("{% hour at zone %}", at=NINE, zone=ZoneInfo("Indian/Reunion")).endswith(">12:00</time>")
        assert "jeudi 26 novembre 2020" in render("{% day at zone %}", at=NINE.replace(year=2020), zone=ZONE)
        period = render("{% period at end zone %}", at=NINE, end=NINE + timedelta(hours=8), zone=ZONE)
        over_night = render("{% period at end zone %}", at=NINE, end=NINE + timedelta(hours=30), zone=ZONE)
    assert period.count("novembre") == 1
    assert over_night.count("novembre") == 2


@pytest.mark.parametrize(
    ("value", "total", "share"), [(0, 0, 0), (0, 16, 0), (31, 40, 78), (48, 48, 100), (50, 48, 100)]
)
def test_fill_bar(value: int, total: int, share: int) -> None:
    text = render("{% fillbar value total label %}", value=value, total=total, label="<Airbus>")
    assert f'class="fill-part" width="{share}%"' in text
    assert "&lt;Airbus&gt;" in text
    assert ("is-full" in text) is (share == 100)


def test_progress_of_an_empty_job_is_zero() -> None:
    source = '{% include "components/progress.html" with id="job" label="Printing" done=0 total=0 %}'
    assert 'class="fill-part" width="0%"' in render(source)


def test_breadcrumbs_end_with_the_page_itself() -> None:
    page = Elements(render('{% breadcrumbs "Fairs" "/" name %}', name="La Ciotat"))
    assert [link["href"] for link in page.all("a")] == ["/"]
    assert [span["aria-current"] for span in page.all("span")] == ["page"]


def test_blocks_keep_their_content_and_escape_what_it_shows() -> None:
    for block, end in [("card title=name", "card"), ("alert 'warn' name", "alert"), ("empty name", "empty")]:
        text = render(f"{{% {block} %}}<p>{{{{ name }}}}</p>{{% end{end} %}}", name="<i>")
        assert "<p>&lt;i&gt;</p>" in text
        assert "<i>" not in text
    text = render("{% confirm name 'danger' %}<p>ten people</p>{% endconfirm %}", name="Cancel")
    assert "<summary" in text
    assert "<p>ten people</p>" in text


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_listed(words: list[str], text: str) -> None:
    with translation.override("en"):
        assert listed(words) == text
