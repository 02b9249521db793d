"""What all providers have in common: they look at what is asked, take a message or refuse it.

A `Known` provider is described in `known/`; a `Fake` is one of them at work, and keeps what it
took. Used by `office`.
"""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from chalicelib.channels.base import WebhookRequest
from chalicelib.channels.sending import HttpRequest
from tests.contracts.case import ChannelCase

from .server import Asked, Says, written
from .spoiling import Spoilt

Json = dict[str, Any]


class Ends(StrEnum):
    """What a documented error must come to."""

    FAILED = "failed"  # with a reason
    RETRIED = "retried"  # in minutes
    TOMORROW = "tomorrow"
    MORNING = "morning"
    RENEWED = "renewed"  # with a new token, at once
    RECONNECT = "reconnect"  # waits for a person
    SENT = "sent"  # it was taken before


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def says(self) -> Says:
        def write(line: Any) -> bool:
            line.sendall(written(self.status, self.body, self.headers))
            return True

        return write


def told(value: Any, status: int = 200, **headers: str) -> Answer:
    """An answer of JSON, as most providers write it."""
    return Answer(status=status, body=json.dumps(value).encode(), headers=headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """One answer that is no success, as the provider documents it."""

    what: str
    answer: Answer
    ends: Ends


Renewal = Callable[[str], Answer]  # the new access token → a good answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One provider, as its documentation describes it.

    `path` and `token` say what it takes at all; `token` gives the credential a request comes
    with, and raises `AssertionError` for a request it would not understand.
    """

    case: ChannelCase
    path: str  # a pattern of what follows the host
    method: str = "POST"
    token: Callable[[Asked], str]
    first_token: str
    success: Callable[[str], Answer]  # a fresh id → the answer
    envelope: Callable[[Any, int], Answer]  # (code, HTTP status) → an error as it is written
    codes: Mapping[Ends, Sequence[Any]]  # what the documentation says of each code
    status: int = 200  # of errors
    statuses: Mapping[Any, int] = field(default_factory=dict)  # code → of its own
    unknown: Any = 99999999  # a code nobody documents: refused, and nobody knows why
    more: Sequence[Error] = ()  # errors that more than a code says
    key: Callable[[Asked], str] | None = None  # by which it takes a request once
    again: Answer | None = None  # the answer to one it took before
    echo: Callable[[Asked, str, str], WebhookRequest] | None = None  # (request, text, id)
    nothing_tells: str = ""  # why a lost answer is left to a person, where it is
    renewing: str | None = None  # the path of its renewal
    renewed: Renewal | None = None
    renewal_refused: Answer | None = None
    expired: Answer | None = None  # to a token that has run out
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return self.case.label

    @property
    def errors(self) -> list[Error]:
        """Every documented error, of each kind one with its code in the other type as well, and
        one that is not documented."""
        coded = [(code, ends) for ends, codes in self.codes.items() for code in codes]
        firsts = [(codes[0], ends) for ends, codes in self.codes.items()]
        others = [(other, ends) for code, ends in firsts for other in _other_type(code)]
        every = [*coded, *others, (self.unknown, Ends.FAILED)]
        return [*(self._error(code, ends) for code, ends in every), *self.more]

    def _error(self, code: Any, ends: Ends) -> Error:
        status = self.statuses.get(code) or self.statuses.get(str(code), self.status)
        return Error(what=f"{code!r}", answer=self.envelope(code, status), ends=ends)

    def text_of(self, asked: Asked) -> str:
        """The words a request to send carries."""
        assert self.case.sending is not None
        whole = HttpRequest(
            method=asked.method, url=asked.url, headers=asked.headers, body=asked.body
        )
        return self.case.sending.text_of(whole)


def _other_type(code: Any) -> list[Any]:
    if isinstance(code, int):
        return [str(code)]
    plain = isinstance(code, str) and code.isdigit() and not code.startswith("0")
    return [int(code)] if plain else []


#: Codes of types that no documentation foresees.
ODD: tuple[Any, ...] = (None, True, 1.5, [], {}, "", "abc", " 5 ", 10**30, ["190"], {"code": 190})


@dataclass
class Fake:
    """One provider at work: what it took, and what it is told to do next."""

    known: Known
    taken: Counter[str] = field(default_factory=Counter)  # text → how often
    asked: list[Asked] = field(default_factory=list)  # requests to send
    sendings: list[tuple[Asked, str, str]] = field(default_factory=list)  # (request, text, id)
    strange: list[str] = field(default_factory=list)  # what no provider would have understood
    renewals: int = 0
    renewal_answers: deque[Answer] = field(default_factory=deque)
    valid: str = ""
    script: deque[Answer | None] = field(default_factory=deque)  # answers to the next; None: takes
    spoilt: deque[tuple[Spoilt, bool]] = field(default_factory=deque)  # (how, is it taken)
    keys: set[str] = field(default_factory=set)
    numbers: int = 0

    def __post_init__(self) -> None:
        self.valid = self.known.first_token

    def answer(self, asked: Asked) -> Says:
        """What is said to one request. What is wrong with it is kept, for no test to miss."""
        try:
            return self._answer(asked)
        except Exception as fault:
            self.strange.append(f"{asked.method} {asked.url}: {fault!r}")
            raise

    def _answer(self, asked: Asked) -> Says:
        host, _, rest = asked.url.removeprefix("https://").partition("/")
        assert host in self.known.case.adapter.hosts, f"asked at {host}"
        if self.known.renewing and rest.startswith(self.known.renewing):
            return self._renew().says()
        assert asked.method == self.known.method, asked.method
        assert re.match(self.known.path, rest), f"no such path: {rest}"
        self.asked.append(asked)
        token = self.known.token(asked)
        scripted = self.script.popleft() if self.script else None
        if scripted is not None:
            return scripted.says()
        if token != self.valid:
            assert self.known.expired is not None, f"wrong credentials {token!r}"
            return self.known.expired.says()
        if not self.spoilt:
            return self._take(asked).says()
        how, takes = self.spoilt.popleft()
        success = self._take(asked) if takes else self.known.success(self._fresh())
        return how.says(success.status, success.body, dict(success.headers))

    def _fresh(self) -> str:
        self.numbers += 1
        return f"7494560109{self.numbers:09d}"

    def _take(self, asked: Asked) -> Answer:
        key = self.known.key(asked) if self.known.key else None
        if key is not None and key in self.keys:
            assert self.known.again is not None
            return self.known.again
        self.keys |= {key} if key else set()
        text, fresh = self.known.text_of(asked), self._fresh()
        self.taken[text] += 1
        self.sendings.append((asked, text, fresh))
        return self.known.success(fresh)

    def expire(self) -> None:
        """The token it has given out is worth nothing from now on."""
        self.valid = "AT-2"

    def _renew(self) -> Answer:
        self.renewals += 1
        if self.renewal_answers:
            return self.renewal_answers.popleft()
        assert self.known.renewed is not None
        self.valid = f"{self.known.first_token}-renewed-{self.renewals}"
        return self.known.renewed(self.valid)
