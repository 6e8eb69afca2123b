"""Where print jobs keep their PDFs, and beside each the faces it shows.

Both are private: below MEDIA_ROOT, readable by the program only, at no address of their own. The faces give the same
pages again from any page on, though the registrations have changed since, and say whose badges a PDF holds.
"""

import gzip
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from itertools import islice
from pathlib import Path
from typing import IO, TextIO
from uuid import UUID

from django.conf import settings

from badges.drawing import BadgeFace

UNFINISHED = ".part"


def pdf_path(job_id: UUID) -> Path:
    """The PDF of a job."""
    return Path(settings.MEDIA_ROOT) / "badges" / f"{job_id}.pdf"


def faces_path(job_id: UUID) -> Path:
    """The faces of a job's PDF: gzipped lines of JSON, each the id of a registration and its badge's words."""
    return pdf_path(job_id).with_suffix(".faces.gz")


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes the place of `path` when all went well, and leaves nothing behind otherwise."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}-", suffix=UNFINISHED)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_face(out: TextIO, registration_id: UUID, face: BadgeFace) -> None:
    """Add one badge to the faces of a PDF."""
    out.write(json.dumps([str(registration_id), *astuple(face)]) + "\n")


def read_faces(job_id: UUID, *, skip: int = 0) -> Iterator[BadgeFace]:
    """The badges of a job in their order, but the first `skip`. Raises FileNotFoundError once they are gone."""
    for _registration_id, *words in _lines(job_id, skip):
        yield BadgeFace(*words)


def shows_any(job_id: UUID, registration_ids: set[UUID]) -> bool:
    """Whether the job's PDF holds the badge of one of these."""
    wanted = {str(registration_id) for registration_id in registration_ids}
    return any(line[0] in wanted for line in _lines(job_id, 0))


def _lines(job_id: UUID, skip: int) -> Iterator[list[str]]:
    with gzip.open(faces_path(job_id), "rt", encoding="utf-8") as lines:
        for line in islice(lines, skip, None):
            yield json.loads(line)


def delete_files(job_id: UUID) -> None:
    """Remove a job's PDF, its faces, and what a killed worker left of them."""
    folder = pdf_path(job_id).parent
    for path in [pdf_path(job_id), faces_path(job_id), *folder.glob(f"{job_id}*{UNFINISHED}")]:
        path.unlink(missing_ok=True)
