"""What the renderers read from the protocol's structs: the messages, their fields and the names of their types."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import cast

import msgspec
from msgspec import inspect as mi

from watchium.protocol import commands as command_module
from watchium.protocol import events as event_module
from watchium.protocol import player_commands, player_events, player_types, queue, replies, types
from watchium.protocol.chat import commands as chat_commands
from watchium.protocol.commands import Command, EmptyPayload, IdempotentCommand
from watchium.protocol.events import CustomEvent, Event
from watchium.protocol.moderation import commands as moderation_commands
from watchium.protocol.moderation import events as moderation_events
from watchium.protocol.people import commands as people_commands
from watchium.protocol.start import commands as start_commands

StructType = type[msgspec.Struct]

ROOM_MODULES = (
    *(types, command_module, chat_commands, people_commands, queue, start_commands, moderation_commands),
    *(event_module, moderation_events, replies),
)
PLAYER_MODULES = (player_types, player_commands, player_events)
MODULES = (*ROOM_MODULES, *PLAYER_MODULES)


def commands(*modules: ModuleType) -> list[StructType]:
    """The commands that these modules define (all modules by default), in the order of their definition."""
    found = (kind for kind in _tagged(Command) if kind is not IdempotentCommand)
    return _in_definition_order(_defined_in(modules, found))


def events(*modules: ModuleType) -> list[StructType]:
    """The events that these modules define (all modules by default), in the order of their definition."""
    return _in_definition_order(_defined_in(modules, _tagged(Event)))


def parts(*modules: ModuleType) -> list[StructType]:
    """The structs that messages consist of, in the order of their definition."""
    messages = (Command, Event)
    structs = (
        kind
        for module in modules or MODULES
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, msgspec.Struct) and not issubclass(kind, messages)
    )
    found = (kind for kind in structs if kind not in (msgspec.Struct, CustomEvent, EmptyPayload))
    return _in_definition_order(set(_defined_in(modules, found)))


def _tagged(kind: StructType) -> Iterator[StructType]:
    for child in kind.__subclasses__():
        if child.__struct_config__.tag is not None:
            yield child
        yield from _tagged(child)


def _defined_in(modules: tuple[ModuleType, ...], kinds: Iterable[StructType]) -> Iterator[StructType]:
    names = {module.__name__ for module in modules or MODULES}
    return (kind for kind in kinds if kind.__module__ in names)


def _in_definition_order(kinds: Iterable[StructType]) -> list[StructType]:
    defined = [
        kind
        for module in MODULES
        for kind in vars(module).values()
        if inspect.isclass(kind) and kind.__module__ == module.__name__
    ]
    return sorted(kinds, key=defined.index)


def tag(kind: StructType) -> str:
    return str(kind.__struct_config__.tag)


def is_idempotent(kind: StructType) -> bool:
    return issubclass(kind, IdempotentCommand)


def fields(kind: StructType) -> tuple[mi.Field, ...]:
    return cast(mi.StructType, mi.type_info(kind)).fields


def payload(kind: StructType) -> StructType | None:
    for field in fields(kind):
        if field.name == "payload" and isinstance(field.type, mi.StructType):
            return None if field.type.cls is EmptyPayload else field.type.cls
    return None


def doc(kind: StructType) -> str:
    """The struct's own docstring, on one line."""
    return " ".join((kind.__dict__.get("__doc__") or "").split())


# ---------------------------------------------------------------- names of types


def js_type(kind: mi.Type) -> str:
    """The type in JSDoc syntax."""
    match kind:
        case mi.StrType():
            return "string"
        case mi.IntType() | mi.FloatType():
            return "number"
        case mi.BoolType():
            return "boolean"
        case mi.NoneType():
            return "null"
        case mi.ListType(item_type=item):
            inner = js_type(item)
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case mi.UnionType(types=types):
            return " | ".join(js_type(each) for each in types)
        case mi.StructType(cls=cls):
            return "{}" if cls is EmptyPayload else cls.__name__
        case mi.LiteralType(values=values):
            return " | ".join(f'"{value}"' for value in values)
        case mi.DictType(value_type=value):
            return f"Record<string, {js_type(value)}>"
        case mi.RawType():
            return "Envelope"
        case _:
            return "any"


def doc_type(kind: mi.Type) -> str:
    """The type with its limits, for the protocol page."""
    match kind:
        case mi.StrType(max_length=most) if most is not None:
            return f"string, at most {most}"
        case mi.IntType(ge=low, le=high) | mi.FloatType(ge=low, le=high) if (
            low is not None and high is not None
        ):
            name = "integer" if isinstance(kind, mi.IntType) else "number"
            return f"{name}, {_number(low)} to {_number(high)}"
        case mi.IntType():
            return "integer"
        case mi.UnionType(types=types):
            return " or ".join(doc_type(each) for each in types)
        case mi.ListType(item_type=item):
            return f"list of {doc_type(item)}"
        case mi.LiteralType(values=values):
            return ", ".join(f"`{value}`" for value in values)
        case mi.StructType(cls=cls):
            return f"[{cls.__name__}](#{cls.__name__.lower()})"
        case _:
            return js_type(kind)


def _number(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e6 else f"{value:.4g}".replace("e+", "e")
