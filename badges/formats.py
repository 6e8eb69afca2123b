"""The sheets and media badges are printed on: pure measures, in millimetres (contract §2.7)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Cell:
    """Where one face of a badge lies on its page: lower left corner in mm; a turned one reads from the other side."""

    x: float
    y: float
    is_turned: bool = False


@dataclass(frozen=True)
class BadgeFormat:
    """A medium: page and cell sizes in mm (width × height), cells centred on the page.

    A folded format shows the same badge in all its cells, the upper one upside down above the fold.
    """

    name: str
    label: str | Promise = field(compare=False)
    page_width: float
    page_height: float
    cell_width: float
    cell_height: float
    columns: int = 1
    rows: int = 1
    is_folded: bool = False

    @property
    def is_landscape(self) -> bool:
        """Whether a badge is wider than high."""
        return self.cell_width > self.cell_height

    @property
    def badges_per_page(self) -> int:
        return 1 if self.is_folded else self.columns * self.rows

    def cells(self) -> Iterator[Cell]:
        """Cells in reading order: from the top left, line by line."""
        left = (self.page_width - self.columns * self.cell_width) / 2
        bottom = (self.page_height - self.rows * self.cell_height) / 2
        for row in range(self.rows):
            for column in range(self.columns):
                y = bottom + (self.rows - 1 - row) * self.cell_height
                yield Cell(left + column * self.cell_width, y, is_turned=self.is_folded and row < self.rows / 2)


A4 = (210.0, 297.0)

FORMATS: dict[str, BadgeFormat] = {
    badge_format.name: badge_format
    for badge_format in (
        BadgeFormat("a4_90x55", _("A4, 10 badges of 90 × 55 mm"), *A4, 90, 55, columns=2, rows=5),
        BadgeFormat("a4_a6", _("A4, 4 badges of A6"), *A4, 105, 148, columns=2, rows=2),
        BadgeFormat("a4_86x54", _("A4, 10 badges of 86 × 54 mm"), *A4, 86, 54, columns=2, rows=5),
        BadgeFormat("a6", _("A6, one badge"), 105, 148, 105, 148),
        BadgeFormat("a7", _("A7, one badge"), 74, 105, 74, 105),
        BadgeFormat("butterfly", _("A5, folded to A6, both sides"), 148, 210, 148, 105, rows=2, is_folded=True),
        BadgeFormat("label_62x100", _("Label, 62 × 100 mm"), 62, 100, 62, 100),
        BadgeFormat("label_89x41", _("Label, 89 × 41 mm"), 89, 41, 89, 41),
        BadgeFormat("cr80", _("Plastic card (CR80)"), 85.6, 53.98, 85.6, 53.98),
    )
}
DEFAULT_FORMAT = "a4_90x55"
