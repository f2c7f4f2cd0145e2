"""A minimal reference model of a room's queue: lists, and what its commands do to what plays."""

from __future__ import annotations

from dataclasses import dataclass, field

REFUSED = "refused"
OWN = {"queue_add", "queue_remove", "vote_entry"}  # what members without control may do
BEGINNERS = {"queue_add", "set_queue"}

Entries = list[tuple[str, str, str | None]]  # id, address, who added it


@dataclass
class Plays:
    """What a command changes in the timeline: an address, or the end of the media; `on`: it plays on as before."""

    url: str | None
    on: bool = True


@dataclass
class ReferenceQueue:
    entries: Entries = field(default_factory=list)
    current: str | None = None
    repeat: str = "off"
    revision: int = 0
    last_id: int = 0
    votes: dict[str, set[str]] = field(default_factory=dict)
    done: list[Entries] = field(default_factory=list)
    undone: list[Entries] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [entry[0] for entry in self.entries]

    def command(
        self, name: str, is_host: bool, kind: str, value, playing_url: str, ended: bool
    ) -> Plays | str | None:
        """Return what plays then, REFUSED, or None if the timeline stays."""
        owns = name == "alice" and kind == "set_queue"
        if not is_host and kind not in OWN and not owns:
            return REFUSED
        before = self.state
        if self.revision == 0 and kind in BEGINNERS:
            self.entries, self.current, self.last_id = [("1", playing_url, None)], "1", 1
        begun = self.state
        result = getattr(self, kind)(name, is_host, value, ended)
        plays = isinstance(result, Plays) and not (result.url is None and ended)
        if result == REFUSED or (self.state == begun and not plays):
            self.state = before
        else:
            self.revision += 1
        return result

    @property
    def state(self):
        votes = {key: set(voters) for key, voters in self.votes.items() if voters}
        return (
            list(self.entries),
            self.current,
            self.repeat,
            self.last_id,
            votes,
            list(self.done),
            list(self.undone),
        )

    @state.setter
    def state(self, state) -> None:
        self.entries, self.current, self.repeat, self.last_id, self.votes, self.done, self.undone = state

    # ------------------------------------------------------------ commands

    def queue_add(self, name: str, is_host: bool, value, ended: bool) -> Plays | str | None:
        urls, after_current = value
        if after_current and not is_host:
            return REFUSED
        self.remember()
        new = self.made(name, urls)
        place = self.place + 1 if after_current else len(self.entries)
        self.entries[place:place] = new
        if not ended:
            return None
        return self.play(new[0][0] if self.current is None else self.following)

    def queue_remove(self, name: str, is_host: bool, which: list[str], ended: bool) -> Plays | str | None:
        wanted = [entry for entry in self.entries if entry[0] in which]
        if not is_host and any(entry[2] != name or entry[0] == self.current for entry in wanted):
            return REFUSED
        if not wanted:
            return None
        self.remember()
        later = [entry[0] for entry in self.entries[self.place + 1 :] if entry[0] not in which]
        self.entries = [entry for entry in self.entries if entry[0] not in which]
        if self.current is None or self.current in self.ids:
            return None
        begin = self.ids[:1] if self.repeat == "all" else []
        self.current = None
        return self.play(next(iter([*later, *begin]), None))

    def queue_move(self, _name: str, _is_host: bool, value, _ended: bool) -> None:
        which, before = value
        entry = next((entry for entry in self.entries if entry[0] == which), None)
        if entry is None or which == before:
            return
        others = [other for other in self.entries if other is not entry]
        places = [place for place, other in enumerate(others) if other[0] == before]
        others.insert(places[0] if places else len(others), entry)
        if others != self.entries:
            self.remember()
            self.entries = others

    def queue_clear(self, *_) -> None:
        kept = [entry for entry in self.entries if entry[0] == self.current]
        if kept != self.entries:
            self.remember()
            self.entries = kept

    def queue_undo(self, *_) -> None:
        self.step(self.done, self.undone)

    def queue_redo(self, *_) -> None:
        self.step(self.undone, self.done)

    def queue_play(self, _name: str, _is_host: bool, which: str, _ended: bool) -> Plays | None:
        return Plays(self.play(which).url, on=False) if which in self.ids else None

    def skip(self, _name: str, _is_host: bool, which: str, ended: bool) -> Plays | None:
        following = self.following
        if which != self.current or (following in (None, self.current) and self.repeat != "all" and ended):
            return None
        return self.play(following)

    def vote_entry(self, name: str, _is_host: bool, value, _ended: bool) -> None:
        which, on = value
        if which in self.ids:
            (self.votes.setdefault(which, set()).add if on else self.votes.setdefault(which, set()).discard)(
                name
            )

    def set_queue(self, _name: str, _is_host: bool, repeat: str, _ended: bool) -> None:
        self.repeat = repeat

    def loaded(self, name: str, url: str) -> None:
        """Media were loaded by a command that is not the queue's."""
        if self.revision == 0:
            return
        self.revision += 1
        self.remember()
        new = self.made(name, [url])
        after = self.entries[self.place + 1 : self.place + 2]
        if after and after[0][1] == url:
            self.current = after[0][0]
            return
        self.entries[self.place + 1 : self.place + 1] = new
        self.current = new[0][0]

    def replayed(self, url: str) -> None:
        """Media play again whose entry, the last one, was removed."""
        if self.revision and self.current is None:
            self.revision += 1
            new = self.made(None, [url])
            self.entries, self.current = [*self.entries, *new], new[0][0]

    # ------------------------------------------------------------ parts

    @property
    def place(self) -> int:
        return self.ids.index(self.current) if self.current is not None else -1

    @property
    def following(self) -> str | None:
        """What follows a skip."""
        later = self.ids[self.place + 1 :]
        if later:
            return later[0]
        return self.ids[0] if self.ids and self.repeat == "all" else None

    def made(self, name: str | None, urls: list[str]) -> Entries:
        new = [(str(self.last_id + number), url, name) for number, url in enumerate(urls, 1)]
        self.last_id += len(new)
        return new

    def play(self, which: str | None) -> Plays:
        if which is None:
            return Plays(None)
        self.current = which
        return Plays(next(entry[1] for entry in self.entries if entry[0] == which))

    def remember(self) -> None:
        self.done, self.undone = [*self.done, list(self.entries)], []

    def step(self, source: list[Entries], target: list[Entries]) -> None:
        if not source:
            return
        restored = list(source.pop())
        target.append(list(self.entries))
        mine = next((entry for entry in self.entries if entry[0] == self.current), None)
        if mine is not None and mine not in restored:
            before = [entry for entry in self.entries[: self.place] if entry in restored]
            restored.insert(restored.index(before[-1]) + 1 if before else 0, mine)
        self.entries = restored
