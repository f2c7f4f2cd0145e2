"""What drf-spectacular has to be told: our structs are schemas, and who may call."""

from __future__ import annotations

from hashlib import sha256
from threading import Lock
from typing import Any

import msgspec
from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularSwaggerSplitView

from watchium.protocol.introspection import parts
from watchium.services.error_mapping import MethodNotAllowed
from watchium.web.api_errors import error_response

# Its script is a file of its own, as the policy wants; its styles are not.
docs = require_safe(
    csp_replace({"style-src": [SELF, UNSAFE_INLINE]})(SpectacularSwaggerSplitView.as_view(url_name="schema"))
)

RENDERERS = {"yaml": OpenApiYamlRenderer, "json": OpenApiJsonRenderer}
_STRUCTS = {kind.__name__: kind for kind in parts()}
_rendering = Lock()
_rendered: dict[str, bytes] = {}


def rendered(form: str) -> bytes:
    """The description of the API as yaml or json, made once in each process: it takes a sixth of a second."""
    with _rendering:
        if not _rendered:
            description = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
            for name, renderer in RENDERERS.items():
                text = renderer().render(description)
                _rendered[name] = text if isinstance(text, bytes) else text.encode()
        return _rendered[form]


def schema(request: HttpRequest) -> HttpResponse:
    """YAML, or JSON where that is asked for by `?format=json` or an Accept header."""
    if request.method not in ("GET", "HEAD"):
        return error_response(MethodNotAllowed())
    return _schema(request)


def _form(request: HttpRequest) -> str:
    said = request.GET.get("format", "")
    if said in RENDERERS:
        return said
    return "json" if "json" in request.headers.get("Accept", "") else "yaml"


def _etag(request: HttpRequest) -> str:
    return f'"{sha256(rendered(_form(request))).hexdigest()[:32]}"'


@condition(etag_func=_etag)
def _schema(request: HttpRequest) -> HttpResponse:
    form = _form(request)
    kind = RENDERERS[form].media_type
    response = HttpResponse(rendered(form), content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="Watchium.{form}"'
    response["Cache-Control"] = "no-cache"  # asked for each time, and mostly answered with 304
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
        told: dict[str, Any] = as_openapi(own)
        return told


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
    """JSON Schema in OpenAPI 3.0's words, which say `nullable` where JSON Schema has a type null."""
    if isinstance(schema, list):
        return [as_openapi(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    whole = {name: as_openapi(part) for name, part in schema.items() if (name, part) != ("required", [])}
    choices = whole.get("anyOf")
    if not choices or {"type": "null"} not in choices:
        return whole
    del whole["anyOf"]
    real = [choice for choice in choices if choice != {"type": "null"}]
    return whole | _only(real) | {"nullable": True}


def _only(choices: list[dict[str, Any]]) -> dict[str, Any]:
    if len(choices) > 1:
        return {"anyOf": choices}
    return {"allOf": choices} if "$ref" in choices[0] else choices[0]
