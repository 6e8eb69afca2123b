"""Long lists leave in pieces, and nothing is lost between two of them."""

import csv

from backend.core import tables


def test_a_long_csv_comes_in_pieces() -> None:
    rows = [[number, f"Zoé {number}", "=1+1"] for number in range(20_000)]
    pieces = list(tables.stream_csv(["number", "name", "formula"], iter(rows)))
    assert len(pieces) > 2
    text = b"".join(pieces).decode("utf-8-sig")
    read = list(csv.reader(text.splitlines()))
    assert read == [["number", "name", "formula"], *([str(number), name, "'=1+1"] for number, name, _formula in rows)]


def test_the_first_piece_is_there_before_the_last_row_is_read() -> None:
    asked = []

    def rows():  # type: ignore[no-untyped-def]
        for number in range(100_000):
            asked.append(number)
            yield [number, "x" * 50]

    stream = tables.stream_csv(["number", "text"], rows())
    assert next(stream).startswith(b"\xef\xbb\xbfnumber,text\r\n")
    assert len(asked) < 10_000
