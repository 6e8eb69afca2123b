"""Reading a JSON body strictly: size, depth, encoding, text that can be stored."""

import json
import re
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from backend.core.errors import DomainError

MAX_DEPTH = 20
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """`application/json` of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes, UTF-8, nested at most 20 deep.

    Raises `too_large`, or `malformed` with what was wrong: encoding, syntax, NUL or lone surrogates, NaN, depth.
    """

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: Any = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise DomainError("too_large")
        try:
            value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
        except UnicodeDecodeError as error:
            raise ParseError(_("The body is not UTF-8.")) from error
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not valid JSON.")) from error
        _check(value)
        return value


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _check(value: Any) -> None:
    layer = [value]
    for _depth in range(MAX_DEPTH + 1):
        inner: list[Any] = []
        for item in layer:
            if isinstance(item, str):
                if _UNSTORABLE.search(item):
                    raise ParseError(_("The body holds text that cannot be stored."))
            elif isinstance(item, dict):
                inner.extend(item.keys())
                inner.extend(item.values())
            elif isinstance(item, list):
                inner.extend(item)
        if not inner:
            return
        layer = inner
    raise ParseError(_("The body is nested too deeply."))
