"""The OpenAPI schema of the API: msgspec structs as schemas, and the authentication methods."""

from __future__ import annotations

from hashlib import sha256
from threading import Lock
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

from watchium.protocol.introspection import parts
from watchium.services.error_mapping import MethodNotAllowed
from watchium.web.api_errors import error_response

RENDERERS = {"yaml": OpenApiYamlRenderer, "json": OpenApiJsonRenderer}
_STRUCTS = {kind.__name__: kind for kind in parts()}
_rendering = Lock()
_rendered: dict[str, bytes] = {}


def rendered(name: str) -> bytes:
    """The schema as yaml or json, rendered once in each process: it takes a sixth of a second."""
    with _rendering:
        if not _rendered:
            description = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
            for format_name, renderer in RENDERERS.items():
                text = renderer().render(description)
                _rendered[format_name] = text if isinstance(text, bytes) else text.encode()
        return _rendered[name]


def schema(request: HttpRequest) -> HttpResponse:
    """The schema as YAML, or as JSON if `?format=json` or the Accept header requests it."""
    if request.method not in ("GET", "HEAD"):
        return error_response(MethodNotAllowed())
    return _schema(request)


def _format(request: HttpRequest) -> str:
    requested = request.GET.get("format", "")
    if requested in RENDERERS:
        return requested
    return "json" if "json" in request.headers.get("Accept", "") else "yaml"


def _etag(request: HttpRequest) -> str:
    return f'"{sha256(rendered(_format(request))).hexdigest()[:32]}"'


@condition(etag_func=_etag)
def _schema(request: HttpRequest) -> HttpResponse:
    name = _format(request)
    media_type = RENDERERS[name].media_type
    response = HttpResponse(rendered(name), content_type=f"{media_type}; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="Watchium.{name}"'
    response["Cache-Control"] = "no-cache"  # revalidated each time, and mostly answered with 304
    response["Vary"] = "Accept"
    return response


class StructExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = "msgspec.Struct"
    match_subclasses = True

    def get_name(self, auto_schema: AutoSchema, direction: Any) -> str:
        return str(_class(self.target).__name__)

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        kind = _class(self.target)
        _, components = msgspec.json.schema_components([kind], ref_template="#/components/schemas/{name}")
        own = components.pop(kind.__name__)
        for name, schema in components.items():
            component = ResolvedComponent(  # type: ignore[no-untyped-call]
                name=name,
                type=ResolvedComponent.SCHEMA,
                object=_STRUCTS.get(name, name),
                schema=as_openapi(schema),
            )
            auto_schema.registry.register_on_missing(component)
        converted: dict[str, Any] = as_openapi(own)
        return converted


class PersonScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "rooms.auth.authentication.PersonAuthentication"
    name = ["token", "session"]

    def get_security_definition(self, auto_schema: AutoSchema) -> Any:
        return [
            {"type": "http", "scheme": "bearer"},
            {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        ]


def _class(target: Any) -> type:
    return target if isinstance(target, type) else type(target)


def as_openapi(schema: Any) -> Any:
    """Convert JSON Schema to OpenAPI 3.0: `nullable` instead of the type null, `byte` instead of an encoding."""
    if isinstance(schema, list):
        return [as_openapi(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    converted = {
        name: as_openapi(value) for name, value in schema.items() if (name, value) != ("required", [])
    }
    if converted.pop("contentEncoding", None) == "base64":
        converted["format"] = "byte"
    choices = converted.get("anyOf")
    if not choices or {"type": "null"} not in choices:
        return converted
    del converted["anyOf"]
    non_null = [choice for choice in choices if choice != {"type": "null"}]
    return converted | _any_of(non_null) | {"nullable": True}


def _any_of(choices: list[dict[str, Any]]) -> dict[str, Any]:
    if len(choices) > 1:
        return {"anyOf": choices}
    return {"allOf": choices} if "$ref" in choices[0] else choices[0]
