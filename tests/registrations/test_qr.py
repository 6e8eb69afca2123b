"""QR symbols, read back by a decoder that is not ours."""

import re
from datetime import date
from xml.etree import ElementTree

import pytest
import zxingcpp
from django.utils.html import conditional_escape
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from events.registrations import qr, tickets

SVG = "{http://www.w3.org/2000/svg}"
TEXT = (
    "F1:W500007001GF*P0QB0*UR:40 5WW*2.726311H16B3U5O7+4%IF+SLK49TWTJ88271AWE7 DMGE608T9FK+GRD8O9A1OQND34Y1S6F:7T4Z51"
    "K5DLS.XPB0"
)


def raster(markup: str, scale: int = 4) -> Image.Image:
    """Paint the rectangles of the SVG's two paths, as a browser would."""
    root = ElementTree.fromstring(markup)
    _, _, width, height = map(int, root.attrib["viewBox"].split())
    image = Image.new("L", (width * scale, height * scale), 128)
    draw = ImageDraw.Draw(image)
    light, dark = root.findall(f"{SVG}path")
    assert light.attrib == {"fill": "#fff", "d": f"M0 0h{width}v{height}H0z"}
    draw.rectangle((0, 0, width * scale, height * scale), fill=255)
    assert re.fullmatch(r"(M\d+ \d+h\d+v1h-\d+z)+", dark.attrib["d"])
    for x, y, run, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", dark.attrib["d"]):
        assert run == back
        draw.rectangle(
            (int(x) * scale, int(y) * scale, (int(x) + int(run)) * scale - 1, (int(y) + 1) * scale - 1), fill=0
        )
    return image


def read(image: Image.Image) -> zxingcpp.Barcode:
    (found,) = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    return found


def test_a_ticket_is_read_back_from_its_svg(settings):
    settings.SIGNING_KEYS = {1: bytes(range(32))}
    for number in range(30):
        text = tickets.encode(tickets.TicketPayload(number, tickets.new_number(), date(2026, 11, 28)))
        assert read(raster(qr.svg(text, title="Ticket"))).text == text


@hypothesis_settings(deadline=None, max_examples=50)
@given(st.text(tickets.BASE45_ALPHABET.replace("0", ""), min_size=1, max_size=122))
def test_any_alphanumeric_text_is_read_back(text):
    assert read(raster(qr.svg(text, title="Ticket"))).text == text


@pytest.mark.parametrize("text", [TEXT, "ACDEFGH4", "12345678"])
def test_version_level_mask_and_mode_are_always_the_same(text):
    symbol = qr.modules(text)
    assert [len(row) for row in symbol] == [37] * 37
    assert {type(module) for row in symbol for module in row} == {bool}
    # The format information begins with the level (M is 00) and the mask (6 is 110), XOR 10101.
    assert [int(module) for module in symbol[8][:5]] == [1, 0, 0, 1, 1]
    assert read(raster(qr.svg(text, title="x"))).ec_level == "M"


def test_the_svg_has_a_quiet_zone_a_name_and_no_size_of_its_own():
    root = ElementTree.fromstring(qr.svg(TEXT, title="Billet"))
    assert root.attrib == {"viewBox": "0 0 45 45", "role": "img", "shape-rendering": "crispEdges"}
    assert [child.tag for child in root] == [f"{SVG}title", f"{SVG}path", f"{SVG}path"]
    assert root.findtext(f"{SVG}title") == "Billet"
    pixels = raster(qr.svg(TEXT, title="Billet"), scale=1).point(lambda value: 255 - value)
    assert pixels.getbbox() == (4, 4, 41, 41)


def test_the_title_cannot_break_out():
    hostile = "</title><script>alert(1)</script>&\"'\x00\x0b\ud800\uffff\N{NO-BREAK SPACE}é"
    markup = qr.svg(TEXT, title=hostile)
    assert "<script" not in markup
    assert ElementTree.fromstring(markup).findtext(f"{SVG}title") == "</title><script>alert(1)</script>&\"'     é"


def test_a_template_does_not_escape_it_again():
    markup = qr.svg(TEXT, title="Ticket")
    assert conditional_escape(markup) == markup


@pytest.mark.parametrize("text", ["", "A" * 123, "abc", "É", "A\n", "A_B", "²"])
def test_a_text_that_does_not_fit_is_refused(text):
    with pytest.raises(ValueError, match="1 to 122 characters"):
        qr.modules(text)


def test_a_block_of_zeros_is_refused_in_words():
    with pytest.raises(ValueError, match="whole block of zeros"):
        qr.modules("F1:" + "0" * 119)
