"""Log formats: plain text for a terminal, or one JSON object per line (`WATCHIUM_LOG=json`).

In both formats a line has the room and the member of the request (`watchium/telemetry/context.py`) if there are any,
and no secret and no full IP address. The finished line is searched for secrets, because libraries write messages too.

Clients choose much of the logged text, such as the path of a page that does not exist, and the search holds the
interpreter lock. So lines are truncated first, and each pattern takes linear time: none begins with a repetition that
could start at every character of a long word.
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
FIRST_LINES, LAST_LINES = 20, 80  # of a traceback: the outermost frames and the error
CUT = "\N{HORIZONTAL ELLIPSIS}"

# Passwords in database URLs, tokens, cookies, and values with such a name.
SECRETS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 ***"),
    # Also if the line was truncated within the password.
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
    """Truncate the text, remove secrets, and shorten IP addresses to their network."""
    text = shortened(text)
    for pattern, replacement in SECRETS:
        text = pattern.sub(replacement, text)
    return IPV6.sub(_network, IPV4.sub(r"\1.\2.\3.0/24", text))


def shortened(text: str) -> str:
    """Truncate to 100 lines of 2,000 characters each, with an ellipsis for the omitted text."""
    lines = text.split("\n")
    if len(lines) > FIRST_LINES + LAST_LINES:
        lines = [*lines[:FIRST_LINES], CUT, *lines[-LAST_LINES:]]
    return "\n".join(line if len(line) <= LINE_CHARS else line[:LINE_CHARS] + CUT for line in lines)


def _network(found: re.Match[str]) -> str:
    """The network of the found address; the pattern also matches times of day, which stay unchanged."""
    try:
        address = IPv6Address(found.group())
    except ValueError:
        return found.group()
    return found.group() if address.is_loopback else str(IPv6Network((address, 32), strict=False))


class ContextFilter(logging.Filter):
    """Adds the room and the member of the context to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        room, member = context.ROOM.get(), context.MEMBER.get()
        prefix = " ".join(name for name in (room, member) if name)
        vars(record).update(room=room, member=member, prefix=f"[{prefix}] " if prefix else "")
        return True


class CountingFilter(logging.Filter):
    """Counts warnings and errors of all loggers for the metrics."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.WARNING:
            counters.count("log_records", record.levelname.lower())
        return True


class PlainFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return scrubbed(super().format(record))


class JsonFormatter(logging.Formatter):
    """Fields: time (UTC), level, logger, message, process; room, member and exception if there are any."""

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
            "context": {"()": "watchium.telemetry.log_config.ContextFilter"},
            "counted": {"()": "watchium.telemetry.log_config.CountingFilter"},
            "rejections": {"()": "watchium.telemetry.log_rate_limit.RejectionFilter"},
        },
        "formatters": {
            "json": {"class": "watchium.telemetry.log_config.JsonFormatter"},
            "plain": {
                "class": "watchium.telemetry.log_config.PlainFormatter",
                "format": "{asctime} {levelname} {name} {prefix}{message}",
                "style": "{",
            },
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": style,
                "filters": ["rejections", "context", "counted"],
            }
        },
        "loggers": {
            # Logs a line for every socket that opens or closes.
            "uvicorn": {"level": uvicorn_level},
            # Logs a traceback every second while Redis is unavailable; the pub/sub monitor logs each outage once.
            "channels_redis.pubsub": {"level": "CRITICAL"},
        },
        "root": {"handlers": ["console"], "level": level},
    }
