"""Who says what, in which order, and what must become of it. Pure but for the chance passed in.

Called by `play`; `verdict` compares the outcome with this.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any

from infra.demo import CONNECTIONS, Connection

from . import texts, wire
from .voices import VOICES, Said, Voice
from .wire import Json, Webhook

STEP = 1000  # ms between two things a customer says
#: Channels on which more than texts are played: pictures, stickers, receipts, our own inbox.
RICH = frozenset({"zalo_oa", "facebook_message"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing said. `key` is the provider's id of the message, None where it has none.

    `stored`: becomes a message (`ours`: of our side); else it must leave none.
    `copies`: how often it is delivered, `at_once` in parallel.
    """

    webhook: Webhook
    key: str | None
    text: str | None = None
    stored: bool = True
    ours: bool = False
    copies: int = 1
    at_once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One person on one channel; `opens`: says something that wants an answer.

    `sends`: an answer goes out as a request; else their own page picks it up.
    """

    channel: str
    user: str
    lines: tuple[Line, ...]
    opens: bool
    answerable: bool
    sends: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything one run sends. `forged` must be refused with 401."""

    run: str
    customers: tuple[Customer, ...]
    forged: tuple[Line, ...]

    @property
    def requests(self) -> int:
        """How many webhook requests it takes."""
        lines = [line for customer in self.customers for line in customer.lines]
        return sum(line.copies for line in lines) + len(self.forged)


def make(
    *,
    customers: int,
    messages: int,
    seed: int,
    started: int,
    channels: Sequence[str] = tuple(VOICES),
) -> Plan:
    """A plan of about `messages` messages on these channels; `started` in ms, the present."""
    accounts = {connection.channel: connection for connection in CONNECTIONS}
    chance, run = random.Random(seed), f"{started:x}"
    each = max(1, round(messages / customers))
    people: list[Scene] = []
    for number, channel in enumerate(_channels(customers, channels)):
        scene = Scene(
            connection=accounts[channel],
            chance=chance,
            run=run,
            number=number,
            turn=sum(1 for one in people if one.connection.channel == channel),
            started=started,
        )
        people.append(scene)
    first = [person for person in people if person.turn == 0]
    return Plan(
        run=run,
        customers=tuple(person.customer(each) for person in people),
        forged=tuple(line for person in first for line in person.forged()),
    )


def _channels(customers: int, channels: Sequence[str]) -> list[str]:
    """A channel for each customer, by turns; none has more than it takes from one address."""
    found: list[str] = []
    unlimited = any(VOICES[channel].most is None for channel in channels)
    for channel in cycle(channels):
        if len(found) == customers:
            break
        most = VOICES[channel].most
        if most is None or not unlimited or found.count(channel) < most:
            found.append(channel)
    return found


@dataclass
class Scene:
    """One customer being made up: the `number`-th of all, the `turn`-th of their channel."""

    connection: Connection
    chance: random.Random
    run: str
    number: int
    turn: int
    started: int
    said: int = 0

    @property
    def channel(self) -> str:
        return self.connection.channel

    @property
    def voice(self) -> Voice:
        return VOICES[self.channel]

    @property
    def user(self) -> str:
        """Who it is: somebody else in each run, also in one of the same seed."""
        return self.voice.user(random.Random(f"{self.run}-{self.number}"))

    @property
    def name(self) -> str:
        return texts.NAMES[self.number % len(texts.NAMES)]

    def customer(self, count: int) -> Customer:
        """A customer who says about `count` things; every seventh who chats is only polite."""
        polite = self.voice.chats and self.number % 7 == 6
        first = self._courtesy() if polite else self._first()
        several = max(1, count + self.chance.randint(-1, 1)) if self.voice.several else 1
        others = [self._courtesy() if polite else self._other() for _ in range(several - 1)]
        lines = [self._repeated(line) for line in (first, *others)]
        if len(lines) > 2 and self.voice.chats and self.chance.random() < 0.4:
            lines[1], lines[2] = lines[2], lines[1]  # overtaken on the way
        return Customer(
            channel=self.channel,
            user=self.user,
            lines=(*self._before(), *lines),
            opens=not polite,
            answerable=self.voice.answerable,
            sends=self.voice.sends,
        )

    def forged(self) -> list[Line]:
        """What somebody posts who knows no secret; nothing where anybody may post."""
        if self.voice.forged is None:
            return []
        genuine = self._matter()
        forged = self.voice.forged(genuine.webhook)
        return [Line(webhook=forged, key=genuine.key, stored=False)]

    def _repeated(self, line: Line) -> Line:
        """Providers deliver some events again, sometimes before the first is answered."""
        if self.voice.most is not None:
            # Forms count against a rate limit however often they come: one copy more at most.
            return replace(line, copies=1 + self.turn % 2)
        if self.chance.random() > 0.35:
            return line
        copies, at_once = self.chance.randint(2, 4), self.chance.random() < 0.6
        return replace(line, copies=copies, at_once=at_once)

    def _next(self) -> tuple[str, int]:
        """A fresh message id and its time, a second after the one before."""
        self.said += 1
        return self._key(self.said), self.started - 60_000 + self.said * STEP

    def _key(self, said: int) -> str:
        return f"sim-{self.run}-{self.number}-{said}"

    # ------------------------------------------------------ what one can say

    def _other(self) -> Line:
        makers: list[Callable[[], Line]] = [self._matter, self._matter, self._courtesy]
        if self.channel in RICH:
            makers += [self._image, self._sticker, self._human_echo, self._receipt]
        if self.channel == "facebook_message":
            makers += [self._postback]
        if self.voice.opts_out and self.turn % 3 == 2:
            makers += [self._opt_out]
        return self.chance.choice(makers)()

    def _first(self) -> Line:
        return self._matter() if self.number else self._text(texts.late(self.chance))

    def _matter(self) -> Line:
        return self._text(texts.matter(self.chance))

    def _courtesy(self) -> Line:
        return self._text(self.chance.choice(texts.COURTESIES))

    def _opt_out(self) -> Line:
        return self._text(self.chance.choice(texts.OPT_OUTS))

    def _text(self, text: str) -> Line:
        key, at = self._next()
        written = text if self.voice.keyed else f"{text} {texts.mark(key)}"
        said = self._said(written, key, at)
        webhook = self.voice.says(self.connection, said)
        return Line(webhook=webhook, key=key if self.voice.keyed else None, text=written)

    def _said(self, text: str, key: str, at: int) -> Said:
        return Said(user=self.user, name=self.name, key=key, first=self._key(1), text=text, at=at)

    def _before(self) -> list[Line]:
        """What comes before the first thing said: a telephone rings."""
        if self.voice.before is None:
            return []
        said = self._said("", self._key(1), self.started - 60_000 + STEP)
        return [Line(webhook=self.voice.before(self.connection, said), key=None, stored=False)]

    def _image(self) -> Line:
        url = f"https://images.example.vn/{self.run}/{self.number}-{self.said}.jpg"
        image = {"type": "image", "payload": {"url": url}}
        caption = self.chance.choice(texts.CAPTIONS)
        said: Json = {"attachments": [image]}
        if caption and self.channel == "zalo_oa":
            said["text"] = caption
        return self._message(said, "user_send_image")

    def _sticker(self) -> Line:
        zalo = self.channel == "zalo_oa"
        known = {"id": "46955"} if zalo else {"sticker_id": 369239263222822}
        kind = "sticker" if zalo else "image"
        payload = {"url": "https://images.example.vn/sticker.png", **known}
        return self._message(
            {"attachments": [{"type": kind, "payload": payload}]}, "user_send_sticker"
        )

    def _message(self, said: Json, zalo_name: str) -> Line:
        key, at = self._next()
        if self.channel == "zalo_oa":
            message = {"msg_id": key, **said}
            webhook = wire.zalo(self.connection, zalo_name, self.user, at, message=message)
        else:
            webhook = self._messenger(at, message={"mid": key, **said})
        return Line(webhook=webhook, key=key, text=said.get("text"))

    def _postback(self) -> Line:
        key, at = self._next()
        pressed = {"mid": key, "title": "Gặp nhân viên tư vấn", "payload": "TALK_TO_AGENT"}
        return Line(webhook=self._messenger(at, postback=pressed), key=key, text=pressed["title"])

    def _human_echo(self) -> Line:
        """Somebody of ours answers in the provider's own inbox."""
        key, at = self._next()
        text = self.chance.choice(texts.HUMAN_REPLIES)
        if self.channel == "zalo_oa":
            webhook = wire.zalo(
                self.connection,
                "oa_send_text",
                self.user,
                at,
                sender={"admin_id": "1357913579135791357"},
                message={"msg_id": key, "text": text},
            )
        else:
            said = {"mid": key, "text": text, "is_echo": True, "app_id": 263902037430900}
            webhook = self._messenger(at, of_page=True, message=said)
        return Line(webhook=webhook, key=key, text=text, ours=True)

    def _receipt(self) -> Line:
        """They have seen something that was never sent from here: nothing to store."""
        key, at = self._next()
        if self.channel == "zalo_oa":
            seen = {"msg_ids": [f"unknown-{key}"]}
            webhook = wire.zalo(self.connection, "user_seen_message", self.user, at, message=seen)
        else:
            webhook = self._messenger(at, read={"watermark": at - 86_400_000})
        return Line(webhook=webhook, key=None, stored=False)

    def _messenger(self, at: int, *, of_page: bool = False, **what: Any) -> Webhook:
        item = wire.messaging_item(self.connection, self.user, at, of_page=of_page, **what)
        return wire.messaging(self.connection, [item], at)
