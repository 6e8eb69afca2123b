"""The manners of the REST interface: closed by default, lists alike everywhere, idempotent POSTs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.utils.mediatypes import media_type_matches
from rest_framework.views import APIView

from backend.core import tables
from backend.core.access import Closed
from backend.core.errors import DomainError
from backend.core.idempotency import answer_once
from backend.core.text import fold

M = TypeVar("M", bound=Model)


class OneFormat(BaseContentNegotiation):
    """What an address answers depends on the address alone: a caller that asks for `application/pdf` gets the PDF."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        """The parser of the body's media type, None if there is none."""
        content_type = request.content_type or ""
        return next((parser for parser in parsers if media_type_matches(parser.media_type, content_type)), None)

    def select_renderer(self, request: Request, renderers: Sequence[Any], format_suffix: Any = None) -> Any:  # type: ignore[override]
        """The first renderer, whatever `Accept` says."""
        return renderers[0], renderers[0].media_type


class Endpoint(APIView):
    """Base of every API view.

    `public` names the methods open to anybody; `roles` maps a method to the roles (scopes of contract §2) of which
    the caller must hold one: 403 otherwise. A method in neither is for every signed-in caller.
    """

    public: ClassVar[Sequence[str]] = ()
    roles: ClassVar[dict[str, Sequence[str]]] = {}
    permission_classes = (Closed,)
    content_negotiation_class = OneFormat

    @property
    def actor(self) -> Any:
        """The accounts.Actor of this request; None while the OpenAPI document is made, for nobody asks then."""
        return getattr(self.request._request, "actor", None)

    def parsed(self, serializer_class: type[BaseSerializer[Any]], **kwargs: Any) -> dict[str, Any]:
        """The validated body. Raises `invalid` with the fields."""
        serializer = serializer_class(data=self.request.data, context={"view": self, "request": self.request}, **kwargs)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """DRF's dispatch, with POST answered once for each Idempotency-Key."""
        self.args, self.kwargs = args, kwargs
        drf_request = self.initialize_request(request, *args, **kwargs)
        self.request = drf_request
        self.headers = self.default_response_headers

        def perform() -> Response:
            try:
                answer: Response = handler(drf_request, *args, **kwargs)
            except Exception as exception:
                answer = self.handle_exception(exception)
            return answer

        try:
            self.initial(drf_request, *args, **kwargs)
            method = (drf_request.method or "").lower()
            handler: Callable[..., Any] = self.http_method_not_allowed
            if method in self.http_method_names:
                handler = getattr(self, method, self.http_method_not_allowed)
            key = drf_request.headers.get("Idempotency-Key", "")
            if key and drf_request.method == "POST":
                response = answer_once(drf_request, caller=self.actor.caller_key, key=key, perform=perform)
            else:
                response = perform()
        except Exception as exception:
            response = self.handle_exception(exception)
        self.response = self.finalize_response(drf_request, response, *args, **kwargs)
        return self.response

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> None:  # type: ignore[override]
        """401 for nobody in particular, 403 for a role that never has this route."""
        raise DomainError("forbidden" if request.user.is_authenticated else "not_authenticated")


class Pages(PageNumberPagination):
    """`page` and `page_size` (1 to 500, default 50)."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


class Listing(Endpoint, GenericAPIView[Any]):
    """A list: filters, `search`, `ordering`, pages, and `?format=csv|xlsx` for all rows of the filtered list.

    A view sets `serializer_class`, `ordering_fields` (public name -> ORM path), `default_ordering` (public names),
    `search_fields` (ORM paths of folded text) and, for filters, `filterset_class`; it gives `get_queryset`.
    """

    pagination_class = Pages
    ordering_fields: ClassVar[dict[str, str]] = {"created_at": "created_at"}
    default_ordering: ClassVar[Sequence[str]] = ("created_at",)
    search_fields: ClassVar[Sequence[str]] = ()

    def listing(self) -> HttpResponseBase:
        """The page asked for, or the whole filtered list as a file."""
        queryset = self.ordered(self.searched(self.filter_queryset(self.get_queryset())))
        wanted = self.request.query_params.get("format", "json")
        if wanted in ("csv", "xlsx"):
            return self._file(queryset, wanted)
        if wanted != "json":
            raise DomainError("invalid", errors={"format": ["json, csv, xlsx"]})
        rows = self.paginate_queryset(queryset)
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    def searched(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows whose folded text holds every word of `search`."""
        fields = self.get_search_fields()
        for word in fold(self.request.query_params.get("search", "")).split()[:8]:
            if fields:
                queryset = queryset.filter(_any_contains(fields, word))
        return queryset

    def get_search_fields(self) -> Sequence[str]:
        """`search_fields`, or fewer where this caller is not shown all that is in them: a search that finds is an
        answer."""
        return self.search_fields

    def ordered(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By `ordering` (comma-separated, `-` descending), at last by the id. Raises `invalid` for an unknown name."""
        asked = [name for name in self.request.query_params.get("ordering", "").split(",") if name]
        paths: list[Any] = []
        for name in asked or self.default_ordering:
            field = self.ordering_fields.get(name.removeprefix("-"))
            if field is None:
                raise DomainError("invalid", errors={"ordering": [", ".join(sorted(self.ordering_fields))]})
            paths.append(F(field).desc(nulls_last=True) if name.startswith("-") else F(field).asc(nulls_last=True))
        return queryset.order_by(*paths, "pk")

    def _file(self, queryset: QuerySet[Any], kind: str) -> StreamingHttpResponse:
        serializer: Any = self.get_serializer()
        headers = list(serializer.fields)
        name = queryset.model._meta.verbose_name_plural or "list"
        rows = _flat_rows(queryset, serializer, headers)
        content, media_type = {
            "csv": (tables.stream_csv, "text/csv; charset=utf-8"),
            "xlsx": (tables.stream_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        }[kind]
        response = StreamingHttpResponse(content(headers, rows), content_type=media_type)
        response["Content-Disposition"] = f'attachment; filename="{str(name).replace(" ", "-")}.{kind}"'
        return response


def _any_contains(fields: Sequence[str], word: str) -> Any:
    condition = Q()
    for field in fields:
        condition |= Q(**{f"{field}__contains": word})
    return condition


def _flat_rows(queryset: QuerySet[Any], serializer: Serializer[Any], headers: list[str]) -> Iterator[list[str]]:
    for row in queryset.iterator(chunk_size=500):
        shown = serializer.to_representation(row)
        yield [_cell(shown.get(header)) for header in headers]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "|".join(_cell(item) for item in value)
    if isinstance(value, dict):
        return str(value.get("slug") or value.get("id") or "")
    return str(value)


def found(queryset: QuerySet[M], **lookup: Any) -> M:
    """The one row of the queryset. Raises `not_found`, for a malformed id as well, and for a text no database holds."""
    if any(isinstance(value, str) and "\x00" in value for value in lookup.values()):
        raise DomainError("not_found")
    try:
        return queryset.get(**lookup)
    except (ObjectDoesNotExist, ValueError, ValidationError) as error:
        raise DomainError("not_found") from error


def found_by_slug(queryset: QuerySet[M], key: str) -> M:
    """The one row whose slug, or else id, is the key of the path. Raises `not_found`."""
    try:
        return found(queryset, pk=UUID(key))
    except ValueError:
        return found(queryset, slug=key)
