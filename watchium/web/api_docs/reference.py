"""The page that describes the HTTP API, drawn from its OpenAPI schema. It needs no script and works in print."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from watchium.process_state import per_process
from watchium.web.api_docs.openapi import rendered

Schema = dict[str, Any]
LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "{} or more characters",
    "maxLength": "{} characters at most",
    "minItems": "{} or more items",
    "maxItems": "{} items at most",
    "pattern": "matches {}",
}


class Field(NamedTuple):
    name: str
    where: str
    type: SafeString
    required: bool
    description: SafeString


class Answer(NamedTuple):
    status: str
    type: SafeString


class Operation(NamedTuple):
    id: str
    method: str
    path: str
    description: SafeString
    fields: list[Field]
    body: SafeString
    answers: list[Answer]


class Section(NamedTuple):
    name: str
    operations: list[Operation]


class Type(NamedTuple):
    name: str
    description: SafeString
    type: SafeString
    fields: list[Field]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "api/reference.html", {"reference": _reference()})


@per_process
def _reference() -> SafeString:
    """The part of the page that is the same for everyone: English, as the schema is."""
    schema = json.loads(rendered("json"))
    context = {"info": schema["info"], "sections": sections(schema), "types": types(schema)}
    return render_to_string("api/_reference.html", context)


def sections(schema: Schema) -> list[Section]:
    found = [
        (operation["tags"][0], _operation(path, method, operation))
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    found.sort(key=lambda each: each[0])  # stable: the order of the schema within each
    return [
        Section(name, [operation for _, operation in each])
        for name, each in groupby(found, key=lambda each: each[0])
    ]


def types(schema: Schema) -> list[Type]:
    return [
        Type(name, _text(one.get("description", "")), _values(one), list(_fields(one)))
        for name, one in sorted(schema["components"]["schemas"].items())
    ]


def _operation(path: str, method: str, operation: Schema) -> Operation:
    parameters = [
        Field(
            one["name"],
            one["in"],
            _type(one["schema"]),
            one.get("required", False),
            _text(one.get("description", "")),
        )
        for one in operation.get("parameters", [])
    ]
    answers = [Answer(status, _content(answer)) for status, answer in operation["responses"].items()]
    return Operation(
        operation["operationId"],
        method.upper(),
        path,
        _text(operation.get("description", "")),
        parameters,
        _content(operation.get("requestBody", {})),
        answers,
    )


def _content(part: Schema) -> SafeString:
    """The type of a body, or its media type if that is no JSON."""
    kinds = [
        _type(one["schema"]) if kind == "application/json" else format_html("<code>{}</code>", kind)
        for kind, one in part.get("content", {}).items()
    ]
    return _joined(" or ", kinds)


def _fields(schema: Schema) -> Iterator[Field]:
    required = schema.get("required", [])
    for name, one in schema.get("properties", {}).items():
        yield Field(name, "", _type(one), name in required, _text(one.get("description", "")))


def _values(schema: Schema) -> SafeString:
    """What is between a name and its fields: the values of an enumeration, or the kinds of a union."""
    return mark_safe("") if schema.get("type") == "object" else _type(schema)


def _type(schema: Schema) -> SafeString:
    notes = [text.format(schema[key]) for key, text in LIMITS.items() if key in schema]
    if "default" in schema and schema["default"] is not None:
        notes.append(f"default {json.dumps(schema['default'], ensure_ascii=False)}")
    if schema.get("nullable"):
        notes.append("or null")
    return format_html("{}{}", _bare_type(schema), "".join(f", {note}" for note in notes))


def _bare_type(schema: Schema) -> SafeString:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return format_html('<a href="#type-{}">{}</a>', name, name)
    for key in ("anyOf", "allOf", "oneOf"):
        if key in schema:
            return _joined(" or ", [_type(one) for one in schema[key]])
    if "enum" in schema:
        return _joined(" or ", [format_html("<code>{}</code>", json.dumps(one)) for one in schema["enum"]])
    if schema.get("type") == "array":
        return format_html("list of {}", _type(schema.get("items", {})))
    values = schema.get("additionalProperties")
    if isinstance(values, dict):
        return format_html("object of {}", _type(values))
    return format_html("{}", schema.get("format") or schema.get("type", "any value"))


def _text(text: str) -> SafeString:
    """Words between backticks as code; Python's indentation is left out by the browser."""
    parts = text.split("`")
    pieces = ((mark_safe("<code>{}</code>" if at % 2 else "{}"), part) for at, part in enumerate(parts))  # noqa: S308
    return _joined("", [format_html(form, part) for form, part in pieces])


def _joined(between: str, parts: list[SafeString]) -> SafeString:
    return format_html_join(between, "{}", ((part,) for part in parts))
