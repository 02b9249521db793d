"""Who says what, in which order, and what must become of it. Pure but for the chance passed in.

Called by `play`; `verdict` compares the outcome with this.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.demo import FACEBOOK, WEBSITE, ZALO, Connection

from . import texts, wire
from .wire import Json, Webhook

#: The website takes ten forms a minute from one address, and all of these have one.
MOST_FORMS = 5
STEP = 1000  # ms between two things a customer says

FORMS_SHARE = 0.15  # of all customers, up to MOST_FORMS
ZALO_SHARE = 0.53  # of those who chat; the others are on Facebook


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
    """One person on one channel; `opens`: says something that wants an answer."""

    channel: str
    user: str
    lines: tuple[Line, ...]
    opens: bool
    answerable: bool


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
    connections: Mapping[str, Connection] | None = None,
) -> Plan:
    """A plan of about `messages` messages; `started` in ms, the present."""
    known = connections or {c.channel: c for c in (ZALO, FACEBOOK, WEBSITE)}
    chance = random.Random(seed)
    run = f"{started:x}"
    each = max(1, round(messages / customers))
    people = [
        Scene(connection=known[channel], chance=chance, run=run, number=number, started=started)
        for number, channel in enumerate(_channels(customers))
    ]
    forged = tuple(people[i].forged() for i in range(min(2, len(people))))
    return Plan(run=run, customers=tuple(p.customer(each) for p in people), forged=forged)


def _channels(customers: int) -> list[str]:
    """A channel for each customer; never more forms than the website takes."""
    forms = min(MOST_FORMS, int(customers * FORMS_SHARE))
    zalo = round((customers - forms) * ZALO_SHARE)
    rest = customers - forms - zalo
    return ["zalo_oa"] * zalo + ["facebook_message"] * rest + ["web_form"] * forms


@dataclass
class Scene:
    """One customer being made up."""

    connection: Connection
    chance: random.Random
    run: str
    number: int
    started: int
    said: int = 0

    @property
    def user(self) -> str:
        return f"78{self.started:014d}{self.number:03d}"

    def customer(self, count: int) -> Customer:
        """A customer who says about `count` things; every seventh one is only polite."""
        channel = self.connection.channel
        if channel == "web_form":
            return self._customer((self._form(),), opens=True, answerable=False)
        polite = self.number % 7 == 6
        first = self._courtesy() if polite else self._first()
        count = max(1, count + self.chance.randint(-1, 1))
        others = [self._courtesy() if polite else self._other() for _ in range(count - 1)]
        lines = [self._repeated(line) for line in (first, *others)]
        if len(lines) > 2 and self.chance.random() < 0.4:
            lines[1], lines[2] = lines[2], lines[1]  # overtaken on the way
        return self._customer(tuple(lines), opens=not polite, answerable=True)

    def forged(self) -> Line:
        """Words under a signature that was made for others."""
        if self.connection.channel == "web_form":
            raise ValueError("a form carries no signature")
        genuine = self._matter()
        return Line(webhook=wire.forged(genuine.webhook), key=genuine.key, stored=False)

    def _customer(self, lines: tuple[Line, ...], *, opens: bool, answerable: bool) -> Customer:
        return Customer(
            channel=self.connection.channel,
            user=self.user,
            lines=lines,
            opens=opens,
            answerable=answerable,
        )

    def _repeated(self, line: Line) -> Line:
        """Providers deliver some events again, sometimes before the first is answered."""
        if self.chance.random() > 0.35:
            return line
        return Line(
            webhook=line.webhook,
            key=line.key,
            text=line.text,
            stored=line.stored,
            ours=line.ours,
            copies=self.chance.randint(2, 4),
            at_once=self.chance.random() < 0.6,
        )

    def _next(self) -> tuple[str, int]:
        """A fresh message id and its time, a second after the one before."""
        self.said += 1
        at = self.started - 60_000 + self.said * STEP
        return f"sim-{self.run}-{self.number}-{self.said}", at

    # ------------------------------------------------------ what one can say

    def _other(self) -> Line:
        makers: list[Callable[[], Line]] = [
            self._matter,
            self._matter,
            self._image,
            self._sticker,
            self._courtesy,
            self._human_echo,
            self._receipt,
        ]
        if self.connection.channel == "facebook_message":
            makers += [self._postback]
        if self.number % 5 == 4:
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
        return self._message({"text": text}, "user_send_text")

    def _image(self) -> Line:
        url = f"https://images.example.vn/{self.run}/{self.number}-{self.said}.jpg"
        image = {"type": "image", "payload": {"url": url}}
        caption = self.chance.choice(texts.CAPTIONS)
        said: Json = {"attachments": [image]}
        if caption and self.connection.channel == "zalo_oa":
            said["text"] = caption
        return self._message(said, "user_send_image")

    def _sticker(self) -> Line:
        zalo = self.connection.channel == "zalo_oa"
        known = {"id": "46955"} if zalo else {"sticker_id": 369239263222822}
        kind = "sticker" if zalo else "image"
        payload = {"url": "https://images.example.vn/sticker.png", **known}
        return self._message(
            {"attachments": [{"type": kind, "payload": payload}]}, "user_send_sticker"
        )

    def _message(self, said: Json, zalo_name: str) -> Line:
        key, at = self._next()
        if self.connection.channel == "zalo_oa":
            message = {"msg_id": key, **said}
            webhook = wire.zalo(self.connection, zalo_name, self.user, at, message=message)
        else:
            webhook = self._facebook(at, message={"mid": key, **said})
        return Line(webhook=webhook, key=key, text=said.get("text"))

    def _postback(self) -> Line:
        key, at = self._next()
        pressed = {"mid": key, "title": "Gặp nhân viên tư vấn", "payload": "TALK_TO_AGENT"}
        return Line(webhook=self._facebook(at, postback=pressed), key=key, text=pressed["title"])

    def _human_echo(self) -> Line:
        """Somebody of ours answers in the provider's own inbox."""
        key, at = self._next()
        text = self.chance.choice(texts.HUMAN_REPLIES)
        if self.connection.channel == "zalo_oa":
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
            webhook = self._facebook(at, of_page=True, message=said)
        return Line(webhook=webhook, key=key, text=text, ours=True)

    def _receipt(self) -> Line:
        """They have seen something that was never sent from here: nothing to store."""
        key, at = self._next()
        if self.connection.channel == "zalo_oa":
            seen = {"msg_ids": [f"unknown-{key}"]}
            webhook = wire.zalo(self.connection, "user_seen_message", self.user, at, message=seen)
        else:
            webhook = self._facebook(at, read={"watermark": at - 86_400_000})
        return Line(webhook=webhook, key=None, stored=False)

    def _facebook(self, at: int, *, of_page: bool = False, **what: Any) -> Webhook:
        item = wire.facebook_item(self.connection, self.user, at, of_page=of_page, **what)
        return wire.facebook(self.connection, [item], at)

    def _form(self) -> Line:
        key, _ = self._next()
        text = f"{texts.matter(self.chance)} {texts.mark(key)}"
        fields = {
            "name": self.chance.choice(texts.NAMES),
            "phone": f"09{self.chance.randrange(10_000_000, 99_999_999)}",
            "message": text,
            "client_id": key,
        }
        webhook = wire.website(self.connection, fields, as_json=self.chance.random() < 0.5)
        # Forms count against the rate limit however often they come: one copy more at most.
        return Line(webhook=webhook, key=None, text=text, copies=1 + self.number % 2)
