from __future__ import annotations

import asyncio
import json
import logging
import logging.config
from contextvars import copy_context

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.telemetry import context, counters, log_config
from watchium.telemetry.counters import Counters


class Lines(logging.Handler):
    """Records the lines of a handler with this style."""

    def __init__(self, style: str) -> None:
        super().__init__()
        settings = log_config.logging_settings(style, "INFO", "WARNING")["formatters"][style]
        formatter = {"json": log_config.JsonFormatter, "plain": log_config.PlainFormatter}[style]
        self.setFormatter(formatter(settings.get("format"), style=settings.get("style", "%")))
        for log_filter in (log_config.ContextFilter(), log_config.CountingFilter()):
            self.addFilter(log_filter)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(autouse=True)
def _empty_context() -> None:
    """Tests share a thread; requests and sockets have their own context."""
    context.bind_log_context("")


@pytest.fixture
def logger(monkeypatch: pytest.MonkeyPatch) -> logging.Logger:
    found = logging.getLogger("tests.logger")
    monkeypatch.setattr(found, "handlers", [])
    monkeypatch.setattr(found, "propagate", False)
    found.setLevel(logging.INFO)
    return found


@pytest.fixture
def json_lines(logger: logging.Logger) -> list[str]:
    handler = Lines("json")
    logger.addHandler(handler)
    return handler.lines


def test_a_line_is_one_object_with_time_level_and_logger(logger, json_lines):
    logger.warning("a %s\nof two lines", "message")
    (line,) = json_lines
    assert "\n" not in line
    line_fields = json.loads(line)
    assert line_fields["message"] == "a message\nof two lines"
    assert (line_fields["level"], line_fields["logger"]) == ("warning", "tests.logger")
    assert line_fields["time"].endswith("+00:00")
    assert isinstance(line_fields["process"], int)
    assert not {"room", "member", "exception"} & set(line_fields)


def test_inside_an_action_every_line_has_room_and_member(logger, json_lines):
    def action() -> None:
        context.bind_log_context("abcdefghij", "g_bob")
        logger.info("something")

    copy_context().run(action)
    line_fields = json.loads(json_lines[0])
    assert (line_fields["room"], line_fields["member"]) == ("abcdefghij", "g_bob")


async def test_tasks_have_their_own_context(logger, json_lines):
    async def action(room: str) -> None:
        context.bind_log_context(room)
        await asyncio.sleep(0)
        logger.info("in %s", room)

    await asyncio.gather(*(asyncio.create_task(action(room)) for room in ("one", "two")))
    assert [json.loads(line)["room"] for line in json_lines] == ["one", "two"]


def test_an_exception_is_in_the_same_line(logger, json_lines):
    try:
        raise ValueError("wrong")
    except ValueError:
        logger.exception("it broke")
    line_fields = json.loads(json_lines[0])
    assert line_fields["exception"].endswith("ValueError: wrong")


def test_a_plain_line_has_room_and_member(logger):
    handler = Lines("plain")
    logger.addHandler(handler)

    def action() -> None:
        context.bind_log_context("abcdefghij", "g_bob")
        logger.info("something")

    copy_context().run(action)
    logger.info("something else")
    assert handler.lines[0].endswith("INFO tests.logger [abcdefghij g_bob] something")
    assert handler.lines[1].endswith("INFO tests.logger something else")


SECRETS = [
    ("Authorization: Bearer abc.DEF-123_456", "abc.DEF-123_456"),
    ("cookie: sessionid=k3jh4k5jh; csrftoken=zzzzzz", "k3jh4k5jh"),
    ("{'csrftoken': 'zzzzzz'}", "zzzzzz"),
    ("postgres://watchium:hunter2@db/watchium", "hunter2"),
    ("redis://:hunter2@cache:6379/0", "hunter2"),
    ('{"passphrase": "open sesame"}', "open"),
    ("password=hunter2", "hunter2"),
    ("/rooms/x/?ticket=s3cret", "s3cret"),
    ("SECRET_KEY = 'django-key'", "django-key"),
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
@pytest.mark.parametrize("style", ["json", "plain"])
def test_no_secret_is_written(logger, text: str, secret: str, style: str):
    handler = Lines(style)
    logger.addHandler(handler)
    logger.error("text %s", text)
    try:
        raise ValueError(text)
    except ValueError:
        logger.exception("broke")
    assert not [line for line in handler.lines if secret in line]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("from 203.0.113.77:5123", "from 203.0.113.0/24:5123"),
        ("('192.168.1.20', 33)", "('192.168.1.0/24', 33)"),
        ("on 127.0.0.1:8000", "on 127.0.0.1:8000"),
        ("from 2001:db8:85a3::8a2e:370:7334", "from 2001:db8::/32"),
        ("at 12:34:56", "at 12:34:56"),
        ("2026-11-21 14:02:03,123", "2026-11-21 14:02:03,123"),
    ],
)
def test_addresses_are_shortened_to_their_network(text: str, written: str):
    assert log_config.scrubbed(text) == written


@given(st.text())
def test_any_text_can_be_logged(text: str):
    record = logging.LogRecord("a", logging.INFO, "", 0, "%s", (text,), None)
    log_config.ContextFilter().filter(record)
    assert json.loads(log_config.JsonFormatter().format(record))["level"] == "info"


def test_warnings_and_errors_are_counted_by_level(logger, json_lines, monkeypatch: pytest.MonkeyPatch):
    counted = Counters()
    monkeypatch.setattr(counters, "count", counted.count)
    logger.info("fine")
    logger.warning("hm")
    logger.error("oh")
    logger.error("oh")
    assert counted.values() == {"log_records": {"warning": 1, "error": 2}}


@pytest.mark.parametrize("style", ["json", "plain"])
def test_logging_accepts_the_settings(style: str):
    logging.config.DictConfigurator(
        log_config.logging_settings(style, "INFO", "WARNING")
    ).configure_formatter(log_config.logging_settings(style, "INFO", "WARNING")["formatters"][style])
