"""Names of every script become lines of glyphs that fit their box."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.fonts import FAMILIES, FONT_DIRECTORY, font_for, load_font
from badges.typography import ELLIPSIS, MIN_POINTS, Line, fit, measure, printable

NAMES = {
    "Latin": "Élodie Šćepanović-Łuczak",
    "Vietnamese": "Nguyễn Thị Ánh",
    "Yoruba": "Ọ̀ṣunlékè",
    "Greek": "Γιώργος Παπαδόπουλος",
    "Cyrillic": "Олександр Ґалаґан",
    "Arabic": "محمد العلوي",
    "Persian": "می‌خواهم پژوهش",
    "Hebrew": "יוסף כהן",
    "Hebrew with points": "שָׁלוֹם",
    "Thai": "ณัฐวุฒิ ศรีสุวรรณ",
    "Chinese": "王小明",
    "Japanese": "さくら タナカ",
    "Korean": "김철수",
    "Devanagari": "जॉर्ज क्षत्रिय",
    "Bengali": "আবদুল্লাহ",
    "Tamil": "தமிழ்ச்செல்வி",
    "Armenian": "Անահիտ",
    "Georgian": "გიორგი",
    "Ethiopic": "አበበ",
    "Khmer": "សុខា",
    "Lao": "ສົມສັກ",
    "Gurmukhi": "ਗੁਰਪ੍ਰੀਤ",
    "Gujarati": "કૃષ્ણ",
    "Telugu": "శ్రీనివాస్",
    "Kannada": "ಕೃಷ್ಣ",
    "Malayalam": "കൃഷ്ണൻ",
    "Sinhala": "ශ්‍රී",
    "Myanmar": "အောင်ဆန်း",
    "Tifinagh": "ⴰⵎⴰⵣⵉⵖ",
    "mixed directions": "Sarah (שרה) בן־דוד 42",
}


def glyphs(line: Line, *, bold: bool) -> list[int]:
    """Glyph numbers from left to right; 0 is the box of a missing one."""
    fonts = {font.name: font for font in (load_font(family, bold=bold) for family in FAMILIES)}
    return [fonts[run.font_name].ttf.face.charToGlyph.get(ord(code), 0) for run in line.runs for code in run.text]


@pytest.mark.parametrize("bold", [True, False], ids=["bold", "regular"])
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_every_script_has_all_its_glyphs(name: str, bold: bool) -> None:
    assert printable(name) == name
    line = measure(name, bold=bold)
    assert len(glyphs(line, bold=bold)) >= 2
    assert 0 not in glyphs(line, bold=bold)
    assert line.width > 0


def test_every_font_is_used_and_comes_with_its_licence() -> None:
    files = {path.name for path in FONT_DIRECTORY.glob("*.tt?")}
    assert files == {name for family in FAMILIES for name in (family.regular, family.bold)}
    assert "SIL OPEN FONT LICENSE" in (FONT_DIRECTORY / "LICENSE-OFL-1.1.txt").read_text()
    assert "Apache License" in (FONT_DIRECTORY / "LICENSE-Apache-2.0.txt").read_text()


def test_shaped_fonts_count_in_thousandths() -> None:
    shaped = [load_font(family, bold=True).ttf for family in FAMILIES if family.is_shaped]
    assert {ttf.pdfScale(1000) for ttf in shaped} == {1000}


def test_nothing_heavy_is_loaded_before_a_badge_is_drawn() -> None:
    code = "import sys, badges.drawing; print('reportlab' in sys.modules, 'uharfbuzz' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Zoë 👍", "Zoë"),
        ("👩‍💻 Ada 🏳️‍🌈 Lovelace ☺️", "Ada Lovelace"),
        ("👍", ""),
        ("E\u0301lodie", "Élodie"),
        ("  Anne \t Marie\n", "Anne Marie"),
        ("Ada\x00\u202e\u200f", "Ada"),
        ("\ue000\uf8ffAda", "Ada"),
        ("𓀀Ada", "Ada"),
        ("\u0301Ada", "Ada"),
        ("می‌خواهم", "می‌خواهم"),
        ("Décathlon® N° 5 – 100 % & Co", "Décathlon® N° 5 – 100 % & Co"),
    ],
)
def test_only_what_cannot_be_printed_is_left_out(written: str, printed: str) -> None:
    assert printable(written) == printed


def test_arabic_is_joined_and_nothing_is_added_to_it() -> None:
    line = measure("محمد", bold=True)
    (run,) = line.runs
    font = font_for(ord("م"), bold=True)
    assert line.is_right_to_left
    assert font is not None
    # Four letters, four glyphs (no vowel signs), none of them the isolated form.
    isolated = {font.ttf.face.charToGlyph[ord(letter)] for letter in "محمد"}
    assert len(glyphs(line, bold=True)) == len(run.text) == 4
    assert isolated.isdisjoint(glyphs(line, bold=True))


@pytest.mark.parametrize(
    ("written", "seen_from_left"),
    [
        ("(יו) Ada 42", "Ada 42 (וי)"),
        ("Ada (יו)", "Ada (וי)"),
        ("Ada (יו) גד 42", "Ada (וי) 42 דג"),
        ("יו (Ada) גד", "דג (Ada) וי"),
        ("יו [גד] (7)", "(7) [דג] וי"),
    ],
)
def test_right_to_left_runs_stand_in_visual_order_with_brackets_mirrored(written: str, seen_from_left: str) -> None:
    assert "".join(run.text for run in measure(written, bold=True).runs) == seen_from_left


def test_two_threads_shape_as_one_does() -> None:
    names = [name for name in NAMES.values() for _ in range(4)]
    measure.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        together = [glyphs(line, bold=True) for line in pool.map(lambda name: measure(name, bold=True), names)]
    measure.cache_clear()
    assert together == [glyphs(measure(name, bold=True), bold=True) for name in names]


def test_a_short_name_is_as_large_as_wished() -> None:
    block = fit("Zoë", bold=True, width=200, height=60, max_points=40)
    assert (len(block.lines), block.size) == (1, 40)


def test_a_longer_name_shrinks_then_takes_two_lines_then_is_cut() -> None:
    box = {"bold": True, "width": 150.0, "height": 60.0, "max_points": 30.0}
    shrunk = fit("Maximilien", **box)
    assert (len(shrunk.lines), shrunk.size < 30) == (1, True)
    two = fit("Maximilien-Alexandre", **box)
    assert [line.text for line in two.lines] == ["Maximilien-", "Alexandre"]
    cut = fit("Maximilien-Alexandre " * 5, **box)
    assert (len(cut.lines), cut.size) == (2, MIN_POINTS)
    assert cut.lines[1].text.endswith(ELLIPSIS)


def test_scripts_without_spaces_break_between_letters_never_inside_one() -> None:
    thai = fit("ณัฐวุฒิเกรียงไกรศรีสุวรรณพงษ์ไพบูลย์", bold=True, width=90, height=60, max_points=30)
    first, second = (line.text for line in thai.lines)
    assert not second.startswith(("ั", "ิ", "ุ", "์"))
    assert not first.endswith(("เ", "ไ"))


@given(
    text=st.one_of(
        st.text(max_size=100),
        st.lists(st.sampled_from(sorted(NAMES.values())), max_size=6).map(" ".join),
        st.lists(st.sampled_from(sorted(NAMES.values())), max_size=6).map("".join),
    ),
    width=st.floats(60, 250),
    height=st.floats(16, 80),
)
def test_no_text_leaves_its_box(text: str, width: float, height: float) -> None:
    block = fit(printable(text), bold=True, width=width, height=height, max_points=40)
    assert len(block.lines) <= 2
    assert MIN_POINTS <= block.size <= 40
    assert block.width <= width + 0.001
    assert block.height <= height + 0.001
    assert all(0 not in glyphs(line, bold=True) for line in block.lines)
