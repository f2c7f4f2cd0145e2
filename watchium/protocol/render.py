"""From the words of the protocol the three things that others read: JavaScript, a schema and the protocol page.

The words are in `messages.py`, those of the personal player in `player.py`.

Nothing here decides anything about the protocol; `prose.md` beside this file holds what cannot be read off a
struct. A test fails when a rendered file is stale, `manage.py render_protocol` writes them again.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import msgspec
from msgspec import inspect as mi

from watchium.protocol import errors, player
from watchium.protocol import events as messages

ROOT = Path(__file__).resolve().parent.parent.parent
PROSE = Path(__file__).with_name("prose.md")
WORDS = (messages, player)

JS_HEAD = """\
// @ts-check
// Rendered from watchium/protocol/events.py and player.py by `manage.py render_protocol`: change it there.

/**
 * What travels, in either direction.
 * @typedef {{type: string, room_id: string | null, timestamp: number, revision: number | null, payload: any}} Envelope
 */
"""


def rendered() -> dict[Path, str]:
    """Every rendered file and what should be in it."""
    return {
        ROOT / "static/js/core/protocol.js": javascript(),
        ROOT / "docs/protocol.schema.json": schema(),
        ROOT / "docs/protocol.md": page(),
    }


def stale() -> list[Path]:
    return [path for path, text in rendered().items() if not path.exists() or path.read_text("utf-8") != text]


# ---------------------------------------------------------------- what there is


def _leaves(kind: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for child in kind.__subclasses__():
        if child.__struct_config__.tag is not None:
            yield child
        yield from _leaves(child)


def tag(kind: type[msgspec.Struct]) -> str:
    return str(kind.__struct_config__.tag)


def _in_order_of_writing(kinds: Iterable[type[msgspec.Struct]]) -> list[type[msgspec.Struct]]:
    written = [kind for module in WORDS for kind in vars(module).values() if inspect.isclass(kind)]
    return sorted(kinds, key=written.index)


def commands(*modules: ModuleType) -> list[type[msgspec.Struct]]:
    found = (kind for kind in _leaves(messages.Command) if kind is not messages.IdempotentCommand)
    return _in_order_of_writing(_of(modules, found))


def events(*modules: ModuleType) -> list[type[msgspec.Struct]]:
    return _in_order_of_writing(_of(modules, _leaves(messages.Event)))


def _of(
    modules: tuple[ModuleType, ...], kinds: Iterable[type[msgspec.Struct]]
) -> Iterator[type[msgspec.Struct]]:
    names = {module.__name__ for module in modules or WORDS}
    return (kind for kind in kinds if kind.__module__ in names)


def is_deed(kind: type[msgspec.Struct]) -> bool:
    return issubclass(kind, messages.IdempotentCommand)


def parts(*modules: ModuleType) -> list[type[msgspec.Struct]]:
    """The structs that messages are made of, in the order in which their file introduces them."""
    whole = (messages.Command, messages.Event)
    found = [
        kind
        for module in modules or WORDS
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, msgspec.Struct)
        and kind.__module__ == module.__name__
        and not issubclass(kind, whole)
    ]
    return _in_order_of_writing(kind for kind in found if kind not in (messages.Custom, messages.Nothing))


# ---------------------------------------------------------------- types in words


def js_type(kind: mi.Type) -> str:
    """A type as JSDoc writes it."""
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
            return "{}" if cls is messages.Nothing else cls.__name__
        case mi.DictType():
            return "Record<string, any>"
        case _:
            return "Envelope" if _is_raw(kind) else "any"


def _is_raw(kind: mi.Type) -> bool:
    return isinstance(kind, mi.RawType)


def doc_type(kind: mi.Type) -> str:
    """A type with its limits, for people."""
    match kind:
        case mi.StrType(max_length=most) if most is not None:
            return f"string, at most {most}"
        case mi.IntType(ge=low, le=high) | mi.FloatType(ge=low, le=high) if (
            low is not None and high is not None
        ):
            word = "integer" if isinstance(kind, mi.IntType) else "number"
            return f"{word}, {_number(low)} to {_number(high)}"
        case mi.IntType():
            return "integer"
        case mi.UnionType(types=types):
            return " or ".join(doc_type(each) for each in types)
        case mi.ListType(item_type=item):
            return f"list of {doc_type(item)}"
        case mi.StructType(cls=cls):
            return f"[{cls.__name__}](#{cls.__name__.lower()})"
        case _:
            return js_type(kind)


def _number(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e6 else f"{value:.4g}".replace("e+", "e")


def fields(kind: type[msgspec.Struct]) -> tuple[mi.Field, ...]:
    return cast(mi.StructType, mi.type_info(kind)).fields


def payload(kind: type[msgspec.Struct]) -> type[msgspec.Struct] | None:
    for field in fields(kind):
        if field.name == "payload" and isinstance(field.type, mi.StructType):
            return None if field.type.cls is messages.Nothing else field.type.cls
    return None


def doc(kind: type[msgspec.Struct]) -> str:
    """The docstring the struct has itself, on one line."""
    return " ".join((kind.__dict__.get("__doc__") or "").split())


# ---------------------------------------------------------------- JavaScript


def javascript() -> str:
    tables = [
        _js_table(
            "Command", {_camel(tag(kind)): tag(kind) for kind in commands()}, "What a browser may say."
        ),
        _js_table("Event", {_camel(tag(kind)): tag(kind) for kind in events()}, "What the server says."),
        _js_table("ErrorCode", {_camel(code): code for code in errors.CODES}, "The `code` of an error."),
        _js_table(
            "Close",
            {_camel(code.name.lower()): int(code) for code in errors.CloseCode},
            "Why a socket was closed. 4000-4499: come back; 4500-4999: do not.",
        ),
    ]
    deeds = ", ".join(dict.fromkeys(f'"{tag(kind)}"' for kind in commands() if is_deed(kind)))
    changes = ", ".join(f'"{word}"' for word in messages.CHANGES)
    room_events = ", ".join(f'"{tag(kind)}"' for kind in messages.ROOM_EVENTS)
    sets = [
        "/** Commands that change the room: answered by `ack` or `error`, and safe to send again. */\n"
        f"export const DEEDS = Object.freeze(new Set([{deeds}]))\n",
        "/** Events that take a revision; each carries the whole timeline. */\n"
        f"export const CHANGES = Object.freeze(new Set([{changes}]))\n",
        "/** Events of rooms and of the lobby. What else a room's socket brings is a custom event. */\n"
        f"export const ROOM_EVENTS = Object.freeze(new Set([{room_events}]))\n",
        f"export const MAX_FRAME_BYTES = {messages.MAX_FRAME_BYTES}\n",
    ]
    return "\n".join([JS_HEAD, *map(_js_typedef, parts()), *tables, *sets])


def _js_table(name: str, words: dict[str, str | int], what: str) -> str:
    lines = "".join(f"  {key}: {json.dumps(value)},\n" for key, value in words.items())
    return f"/** {what} */\nexport const {name} = Object.freeze({{\n{lines}}})\n"


def _camel(word: str) -> str:
    """play -> Play, set_rate -> SetRate"""
    return "".join(part.capitalize() for part in word.split("_"))


def _js_typedef(kind: type[msgspec.Struct]) -> str:
    lines = [f" * {doc(kind)}"] if doc(kind) else []
    lines.append(f" * @typedef {{object}} {kind.__name__}")
    for field in fields(kind):
        name = field.encode_name if field.required else f"[{field.encode_name}]"
        lines.append(f" * @property {{{js_type(field.type)}}} {name}")
    return "/**\n" + "\n".join(lines) + "\n */\n"


# ---------------------------------------------------------------- schema


def schema() -> str:
    """One JSON Schema: every command and every event, over shared definitions."""
    kinds: list[Any] = [*commands(), *events()]
    refs, definitions = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    both = list(zip(kinds, refs, strict=True))
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Watchium's socket protocol",
        "$defs": {
            **definitions,
            "AnyCommand": {"anyOf": [ref for kind, ref in both if issubclass(kind, messages.Command)]},
            "AnyEvent": {"anyOf": [ref for kind, ref in both if issubclass(kind, messages.Event)]},
        },
        "anyOf": [{"$ref": "#/$defs/AnyCommand"}, {"$ref": "#/$defs/AnyEvent"}],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


# ---------------------------------------------------------------- the page


def page() -> str:
    sections = {
        "commands": "\n".join(map(_message_section, commands(messages))),
        "events": "\n".join(map(_message_section, events(messages))),
        "parts": "\n".join(map(_part_section, parts(messages))),
        "player_commands": "\n".join(map(_message_section, commands(player))),
        "player_events": "\n".join(map(_message_section, events(player))),
        "player_parts": "\n".join(map(_part_section, parts(player))),
        "changes": ", ".join(f"`{word}`" for word in messages.CHANGES),
        "codes": _codes(),
        "closes": _closes(),
        "frame_bytes": f"{messages.MAX_FRAME_BYTES // 1024} KiB",
    }
    return re.sub(r"\{\{ (\w+) \}\}", lambda found: sections[found[1]], PROSE.read_text("utf-8"))


def _message_section(kind: type[msgspec.Struct]) -> str:
    body = payload(kind)
    notes = [doc(kind)] if doc(kind) else []
    if is_deed(kind):
        notes.append("Needs an `event_id`; answered by `ack` or `error`.")
    if kind in messages.CHANGES.values():
        notes.append("Takes a revision.")
    shape = f"Payload: [{body.__name__}](#{body.__name__.lower()})" if body else "Payload: `{}`"
    listed = f"{shape}: {_field_list(body)}." if body else f"{shape}."
    return "\n".join([f"#### `{tag(kind)}`", "", *notes, listed, ""])


def _field_list(kind: type[msgspec.Struct]) -> str:
    return ", ".join(f"`{field.encode_name}`" + ("" if field.required else "?") for field in fields(kind))


def _part_section(kind: type[msgspec.Struct]) -> str:
    rows = [f"#### {kind.__name__}", ""]
    if doc(kind):
        rows += [doc(kind), ""]
    rows += ["| field | type | |", "|---|---|---|"]
    for field in fields(kind):
        rows.append(
            f"| `{field.encode_name}` | {doc_type(field.type)} | {'' if field.required else 'optional'} |"
        )
    return "\n".join([*rows, ""])


def _refusals() -> dict[str, type[errors.Refused]]:
    """The first class of each code speaks for it."""
    found: dict[str, type[errors.Refused]] = {}
    for _, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, errors.Refused) and kind is not errors.Refused:
            found[kind.code] = min(
                found.get(kind.code, kind), kind, key=lambda each: inspect.getsourcelines(each)[1]
            )
    return found


def _codes() -> str:
    rows = [f"| `{code}` | {kind.status} | {kind.message} |" for code, kind in sorted(_refusals().items())]
    rows += [f"| `{code}` | | |" for code in errors.CODES if code not in _refusals()]
    return "\n".join(["| code | HTTP | in words |", "|---|---|---|", *rows])


def _closes() -> str:
    rows = [
        f"| {int(code)} | {code.name.lower().replace('_', ' ')} | {'come back' if code < 4500 else 'final'} |"
        for code in errors.CloseCode
    ]
    return "\n".join(["| code | | |", "|---|---|---|", *rows])
