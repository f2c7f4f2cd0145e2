"""How log lines look: plain for people at a terminal, an object a line for machines (`WATCHIUM_LOG=json`).

Either way a line says which room and member it is about, where the work began with one
(`watchium/telemetry/context.py`), and carries no secret and no whole address. The finished line is searched for
secrets, because libraries write into messages too.

Much of what is logged was chosen by a stranger, such as an address that does not exist, and the interpreter is held
while it is searched. So lines are cut first, and no pattern takes more than linear time: none begins with a
repetition that each character of a long word could start again.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from ipaddress import IPv6Address, IPv6Network
from typing import Any

from watchium.telemetry import context, counters

LINE_CHARS = 2_000
FIRST_LINES, LAST_LINES = 20, 80  # of a traceback: where it began, and what it ended with
CUT = "\N{HORIZONTAL ELLIPSIS}"

# Passwords in addresses of databases, tokens, cookies, and whatever is called like one.
SECRETS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 ***"),
    # Also where the line was cut within the password.
    (re.compile(rf"(://[^\s:/@]*):[^\s@/]+?(@|{CUT}$)", re.MULTILINE), r"\1:***\2"),
    (
        re.compile(
            r"""(?ix)\b(passphrase|password|passwd|secret|secret_key|token|csrftoken|csrfmiddlewaretoken|sessionid
            |cookie|authorization|ticket)(['"]?\s*[=:]\s*)(['"]?)(?!\*\*\*)[^\s'",;&)}\]]+"""
        ),
        r"\1\2\3***",
    ),
)
IPV4 = re.compile(r"\b(?!127\.|0\.0\.0\.0\b)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.\d{1,3}\b(?!/)")
IPV6 = re.compile(r"(?<![\w:.])(?=[0-9a-f]*:[0-9a-f]*:)[0-9a-f:]{3,39}(?![\w:])", re.IGNORECASE)


def scrubbed(text: str) -> str:
    """Cut to a readable size, without secrets; addresses of people shortened to their network."""
    text = shortened(text)
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return IPV6.sub(_network, IPV4.sub(r"\1.\2.\3.0/24", text))


def shortened(text: str) -> str:
    """At most 100 lines of 2,000 characters each; what is left out shows as an ellipsis."""
    lines = text.split("\n")
    if len(lines) > FIRST_LINES + LAST_LINES:
        lines = [*lines[:FIRST_LINES], CUT, *lines[-LAST_LINES:]]
    return "\n".join(line if len(line) <= LINE_CHARS else line[:LINE_CHARS] + CUT for line in lines)


def _network(found: re.Match[str]) -> str:
    """A time of day looks like an address to a pattern, and is none."""
    try:
        address = IPv6Address(found.group())
    except ValueError:
        return found.group()
    return found.group() if address.is_loopback else str(IPv6Network((address, 32), strict=False))


class About(logging.Filter):
    """Gives each record its room and member."""

    def filter(self, record: logging.LogRecord) -> bool:
        room, member = context.ROOM.get(), context.MEMBER.get()
        where = " ".join(part for part in (room, member) if part)
        vars(record).update(room=room, member=member, where=f"[{where}] " if where else "")
        return True


class Counted(logging.Filter):
    """Counts warnings and errors, whoever writes them: a server that complains shows in its metrics."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.WARNING:
            counters.count("log_records", record.levelname.lower())
        return True


class Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return scrubbed(super().format(record))


class Json(logging.Formatter):
    """time (UTC), level, logger, message, process; room, member and exception where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrubbed(record.getMessage()),
            "process": record.process,
        }
        for name in ("room", "member"):
            if value := getattr(record, name, ""):
                line[name] = value
        if record.exc_info:
            line["exception"] = scrubbed(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def logging_settings(style: str, level: str, uvicorn_level: str) -> dict[str, Any]:
    """Django's LOGGING. `style`: json or plain."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "about": {"()": "watchium.telemetry.log_config.About"},
            "counted": {"()": "watchium.telemetry.log_config.Counted"},
            "refusals": {"()": "watchium.telemetry.log_rate_limit.Refusals"},
        },
        "formatters": {
            "json": {"class": "watchium.telemetry.log_config.Json"},
            "plain": {
                "class": "watchium.telemetry.log_config.Plain",
                "format": "{asctime} {levelname} {name} {where}{message}",
                "style": "{",
            },
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": style,
                "filters": ["refusals", "about", "counted"],
            }
        },
        "loggers": {
            # Says a line for every socket that opens and closes.
            "uvicorn": {"level": uvicorn_level},
            # A traceback every second while Redis is away; our watchdog says once that it is, and once that it is not.
            "channels_redis.pubsub": {"level": "CRITICAL"},
        },
        "root": {"handlers": ["console"], "level": level},
    }
