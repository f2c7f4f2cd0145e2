"""Renders the JavaScript constants, the JSON Schema and `docs/protocol.md` from the structs of the protocol.

`prose.md` holds the text of the page that cannot be read from a struct. `manage.py render_protocol` writes the files;
a test fails when one of them is stale.
"""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import msgspec

from watchium.protocol import errors
from watchium.protocol.codec import ROOM_EVENTS
from watchium.protocol.commands import Command
from watchium.protocol.events import CHANGES, Event
from watchium.protocol.introspection import (
    PLAYER_MODULES,
    ROOM_MODULES,
    StructType,
    commands,
    doc,
    doc_type,
    events,
    fields,
    is_idempotent,
    js_type,
    parts,
    payload,
    tag,
)
from watchium.protocol.types import MAX_FRAME_BYTES

ROOT = Path(__file__).resolve().parent.parent.parent
PROSE = Path(__file__).with_name("prose.md")

JS_HEAD = """\
// @ts-check
// Rendered by `manage.py render_protocol` from the structs in watchium/protocol/: change them there.

/**
 * The fields that every message has, in either direction.
 * @typedef {{type: string, room_id: string | null, timestamp: number, revision: number | null, payload: any}} Envelope
 */
"""


def rendered() -> dict[Path, str]:
    """Each rendered file with its content."""
    return {
        ROOT / "static/js/core/protocol.js": javascript(),
        ROOT / "docs/protocol.schema.json": schema(),
        ROOT / "docs/protocol.md": page(),
    }


def stale() -> list[Path]:
    return [path for path, text in rendered().items() if not path.exists() or path.read_text("utf-8") != text]


# ---------------------------------------------------------------- JavaScript


def javascript() -> str:
    tables = [
        _js_table(
            "Command", {_camel(tag(kind)): tag(kind) for kind in commands()}, "Messages to the server."
        ),
        _js_table("Event", {_camel(tag(kind)): tag(kind) for kind in events()}, "Messages from the server."),
        _js_table("ErrorCode", {_camel(code): code for code in errors.CODES}, "The `code` of an error."),
        _js_table(
            "Close",
            {_camel(code.name.lower()): int(code) for code in errors.CloseCode},
            "Close codes of a socket. 4000-4499: reconnect; 4500-4999: do not reconnect.",
        ),
    ]
    idempotent = ", ".join(dict.fromkeys(f'"{tag(kind)}"' for kind in commands() if is_idempotent(kind)))
    changes = ", ".join(f'"{name}"' for name in CHANGES)
    room_events = ", ".join(f'"{tag(kind)}"' for kind in ROOM_EVENTS)
    sets = [
        "/** Commands that are answered with `ack` or `error` and are safe to send again. */\n"
        f"export const IDEMPOTENT_COMMANDS = Object.freeze(new Set([{idempotent}]))\n",
        "/** Events that take a revision; each carries the whole timeline. */\n"
        f"export const CHANGES = Object.freeze(new Set([{changes}]))\n",
        "/** Events of rooms and of the lobby. Any other type on a room's socket is a custom event. */\n"
        f"export const ROOM_EVENTS = Object.freeze(new Set([{room_events}]))\n",
        f"export const MAX_FRAME_BYTES = {MAX_FRAME_BYTES}\n",
    ]
    return "\n".join([JS_HEAD, *map(_js_typedef, parts()), *tables, *sets])


def _js_table(name: str, entries: dict[str, str | int], comment: str) -> str:
    lines = "".join(f"  {key}: {json.dumps(value)},\n" for key, value in entries.items())
    return f"/** {comment} */\nexport const {name} = Object.freeze({{\n{lines}}})\n"


def _camel(name: str) -> str:
    """play -> Play, set_rate -> SetRate"""
    return "".join(part.capitalize() for part in name.split("_"))


def _js_typedef(kind: StructType) -> str:
    lines = [f" * {doc(kind)}"] if doc(kind) else []
    lines.append(f" * @typedef {{object}} {kind.__name__}")
    for field in fields(kind):
        name = field.encode_name if field.required else f"[{field.encode_name}]"
        lines.append(f" * @property {{{js_type(field.type)}}} {name}")
    return "/**\n" + "\n".join(lines) + "\n */\n"


# ---------------------------------------------------------------- schema


def schema() -> str:
    """One JSON Schema for all commands and events, with shared definitions."""
    kinds: list[Any] = [*commands(), *events()]
    refs, definitions = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    both = list(zip(kinds, refs, strict=True))
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Watchium's socket protocol",
        "$defs": {
            **definitions,
            "AnyCommand": {"anyOf": [ref for kind, ref in both if issubclass(kind, Command)]},
            "AnyEvent": {"anyOf": [ref for kind, ref in both if issubclass(kind, Event)]},
        },
        "anyOf": [{"$ref": "#/$defs/AnyCommand"}, {"$ref": "#/$defs/AnyEvent"}],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


# ---------------------------------------------------------------- the page


def page() -> str:
    sections = {
        "commands": "\n".join(map(_message_section, commands(*ROOM_MODULES))),
        "events": "\n".join(map(_message_section, events(*ROOM_MODULES))),
        "parts": "\n".join(map(_part_section, parts(*ROOM_MODULES))),
        "player_commands": "\n".join(map(_message_section, commands(*PLAYER_MODULES))),
        "player_events": "\n".join(map(_message_section, events(*PLAYER_MODULES))),
        "player_parts": "\n".join(map(_part_section, parts(*PLAYER_MODULES))),
        "changes": ", ".join(f"`{name}`" for name in CHANGES),
        "codes": _codes(),
        "closes": _closes(),
        "frame_bytes": f"{MAX_FRAME_BYTES // 1024} KiB",
    }
    return re.sub(r"\{\{ (\w+) \}\}", lambda found: sections[found[1]], PROSE.read_text("utf-8"))


def _message_section(kind: StructType) -> str:
    body = payload(kind)
    notes = [doc(kind)] if doc(kind) else []
    if is_idempotent(kind):
        notes.append("Needs an `event_id`; answered by `ack` or `error`.")
    if kind in CHANGES.values():
        notes.append("Takes a revision.")
    shape = f"Payload: [{body.__name__}](#{body.__name__.lower()})" if body else "Payload: `{}`"
    listed = f"{shape}: {_field_list(body)}." if body else f"{shape}."
    return "\n".join([f"#### `{tag(kind)}`", "", *notes, listed, ""])


def _field_list(kind: StructType) -> str:
    return ", ".join(f"`{field.encode_name}`" + ("" if field.required else "?") for field in fields(kind))


def _part_section(kind: StructType) -> str:
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
    """By code, the first class that is defined with it."""
    found: dict[str, type[errors.Refused]] = {}
    for _, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, errors.Refused) and kind is not errors.Refused:
            found[kind.code] = min(
                found.get(kind.code, kind), kind, key=lambda each: inspect.getsourcelines(each)[1]
            )
    return found


def _codes() -> str:
    rows = [f"| `{code}` | {kind.status} | {kind.message} |" for code, kind in sorted(_refusals().items())]
    rows += [f"| `{code}` | | reserved: not sent by this server |" for code in sorted(errors.RESERVED_CODES)]
    return "\n".join(["| code | HTTP | message |", "|---|---|---|", *rows])


def _closes() -> str:
    rows = [
        f"| {int(code)} | {code.name.lower().replace('_', ' ')} | {_reaction_to(code)} |"
        for code in errors.CloseCode
    ]
    return "\n".join(["| code | meaning | client |", "|---|---|---|", *rows])


def _reaction_to(code: errors.CloseCode) -> str:
    reaction = "reconnects" if code < 4500 else "does not reconnect"
    return (
        f"{reaction}; reserved: not sent by this server" if code in errors.RESERVED_CLOSE_CODES else reaction
    )
