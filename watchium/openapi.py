"""What drf-spectacular has to be told: our structs are schemas, and who may call."""

from __future__ import annotations

from typing import Any

import msgspec
from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.views import SpectacularSwaggerSplitView

from watchium.wire import messages

# Its script is a file of its own, as the policy wants; its styles are not.
docs = csp_replace({"style-src": [SELF, UNSAFE_INLINE]})(
    SpectacularSwaggerSplitView.as_view(url_name="schema")
)


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
                object=getattr(messages, name, name),
                schema=as_openapi(schema),
            )
            auto_schema.registry.register_on_missing(component)
        told: dict[str, Any] = as_openapi(own)
        return told


class PersonScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "rooms.authentication.PersonAuthentication"
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
