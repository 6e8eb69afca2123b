"""The figures as a table of text."""

from collections.abc import Mapping, Sequence

from bench.figures import Figure

HEAD = ("what", "ours", "limit", "ratio", "goal", "", "peer")
NUMBERS = (1, 2, 3)


def as_table(figures: Mapping[str, Sequence[Figure]]) -> str:
    """One line a figure under the name of its script; notes stand below."""
    rows, notes = [HEAD], []
    for name, found in figures.items():
        rows.append((name.replace("_", " "), *[""] * (len(HEAD) - 1)))
        for figure in found:
            mark = ""
            if figure.note:
                notes.append(figure.note)
                mark = f" [{len(notes)}]"
            rows.append((f"  {figure.what}{mark}", *_cells(figure)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [
        "  ".join(_aligned(text, width, column) for column, (text, width) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(
        [*(line.rstrip() for line in lines), *(f"[{number}] {note}" for number, note in enumerate(notes, 1))]
    )


def _cells(figure: Figure) -> tuple[str, ...]:
    limit = "" if figure.limit is None else f"{_short(figure.limit)} {figure.unit}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    peer = figure.peer if figure.measured is None else f"{_short(figure.measured)} {figure.unit} measured"
    met = {None: "", True: "yes", False: "NO"}[figure.is_met]
    return f"{_short(figure.ours)} {figure.unit}", limit, ratio, str(figure.goal or ""), met, peer


def _aligned(text: str, width: int, column: int) -> str:
    return text.rjust(width) if column in NUMBERS else text.ljust(width)


def _short(number: float) -> str:
    if number >= 100 or number == int(number):
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}"
