"""What system comments say: a code with values, which pages show in the reader's language, and the English sentence."""

from __future__ import annotations

import msgspec

from watchium.protocol.errors import gettext_noop
from watchium.protocol.types import Notice
from watchium.sentences import Sentence, lasting
from watchium.text import media_time

# As in `static/js/page/lib/i18n.js`. `{time}` is made of the value `seconds`.
SENTENCES = {
    "joined": gettext_noop("{name} joined"),
    "left": gettext_noop("{name} left"),
    "removed": gettext_noop("{name} was removed"),
    "host": gettext_noop("{name} is the host now"),
    "no_host": gettext_noop("There is no host right now"),
    "title": gettext_noop("This room is called {title} now"),
    "evenings_kept": gettext_noop("Evenings are kept now, with reactions"),
    "evenings_not_kept": gettext_noop("Evenings are not kept now"),
    "chat_on": gettext_noop("The chat is open again"),
    "chat_off": gettext_noop("The chat is off now"),
    "slow_mode": gettext_noop("Slow mode: one message every {time}"),
    "slow_mode_off": gettext_noop("Slow mode is off now"),
    "links_on": gettext_noop("Links are allowed now"),
    "links_off": gettext_noop("Links are not allowed now"),
    "control_everyone": gettext_noop("Everyone can control playback now"),
    "control_moderators": gettext_noop("The host and moderators can control playback now"),
    "control_host": gettext_noop("Only the host can control playback now"),
    "premiere_set": gettext_noop("The time of the premiere is set"),
    "premiere_cancelled": gettext_noop("The premiere was cancelled"),
    "playing": gettext_noop("Playing: {title}"),
    "play": gettext_noop("{name} pressed play"),
    "pause": gettext_noop("{name} paused"),
    "seek": gettext_noop("{name} jumped to {time}"),
    "set_rate": gettext_noop("{name} set the speed to {rate}"),
    "poll": gettext_noop("Poll: {question} {answer} has {won} of {votes} votes."),
    "poll_without_votes": gettext_noop("Poll: {question} There were no votes."),
}

_decoder = msgspec.json.Decoder(Notice)


def notice(code: str, **values: str | float) -> Notice:
    return Notice(code=code, values=values)


def sentence_of(said: Notice) -> Sentence:
    """Return the sentence, for clients and pages that do not know the code."""
    values: dict[str, object] = dict(said.values)
    if "rate" in values:
        values["rate"] = f"{values['rate']:g}"
    if "seconds" in values:
        seconds = float(said.values["seconds"])
        values["time"] = media_time(seconds) if said.code == "seek" else lasting(seconds * 1000)
    return Sentence(SENTENCES[said.code], **values)


def is_same(said: Notice, other: Notice) -> bool:
    """Whether one member did the same thing, maybe to another position or rate."""
    return (said.code, said.values.get("name")) == (other.code, other.values.get("name"))


def to_json(said: Notice) -> str:
    return msgspec.json.encode(said).decode()


def from_json(text: str) -> Notice:
    return _decoder.decode(text)
