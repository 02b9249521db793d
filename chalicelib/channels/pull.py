"""What is fetched from a provider by the clock, in words all channels share.

A channel that pulls has a `Puller` (`base.Adapter.puller`), pure as all of a channel folder;
`channels.pulls` keeps when each pull is due, `intake.pulling` carries them out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from ..platform.errors import AppError
from ..platform.fact import frozen
from .sending import HttpRequest, HttpResponse, Outcome, SendResult

if TYPE_CHECKING:
    from .base import Account, Delivery

#: Where a pull has come to: a small JSON object of the channel's own; `{}` before the first run.
#: What stands under `PAGE` is a place inside one walk, forgotten when a request fails.
Cursor = Mapping[str, Any]
PAGE = "page"
#: A first run begins so long before: what lies further back was before our time.
FIRST = timedelta(days=1)


@frozen
class Pulled:
    """What one answer gave: events as a webhook would have cut them, and where to go on.

    `more`: the next page is there now. `confirm` is sent once the events are in the queue and
    before the cursor is stored, where the provider forgets what is confirmed.
    """

    deliveries: Sequence[Delivery]
    cursor: Cursor
    more: bool = False
    confirm: HttpRequest | None = None


class NotPulled(AppError):
    """The provider gave nothing. `reason_code` is its own or ours; `lasting`: a person must
    mend something (a permission, a setting), so it is asked again in a day only.
    """

    code, status, title = "not_pulled", 502, "The provider gave nothing"

    def __init__(self, detail: str, *, reason_code: str, lasting: bool = False) -> None:
        super().__init__(detail)
        self.reason_code = reason_code
        self.lasting = lasting


class Puller(ABC):
    """What one adapter pulls and how: requests described, answers turned into deliveries."""

    #: name of a pull → how long after one run the next is due; the account's setting
    #: `pull_<name>_minutes` goes before, 0 switches it off
    pulls: ClassVar[Mapping[str, timedelta]]
    #: Credentials of the whole app: an answer may speak for every account that has the same
    #: ones, as a request signed with them may. None: for the account that asked alone.
    app_credentials: ClassVar[tuple[str, ...]] = ()

    def wanted(self, account: Account) -> frozenset[str]:
        """Which of `pulls` an account can have at all."""
        return frozenset(self.pulls)

    @abstractmethod
    def request(
        self, name: str, account: Account, cursor: Cursor, *, now: datetime
    ) -> HttpRequest | None:
        """What asks for the next page; None without the credentials or settings it takes."""

    @abstractmethod
    def read(
        self, name: str, account: Account, cursor: Cursor, response: HttpResponse, *, now: datetime
    ) -> Pulled | None:
        """What an answer gave; None: nothing it could read, and `Adapter.classify` says why.

        `cursor` and `now` are those of the request. The same event has the key it has as a push,
        so that what comes both ways is one. Raises `NotPulled` for reasons of its own.
        """

    def addressed(self, delivery: Delivery, account: Account) -> Delivery:
        """The event as the account it belongs to would have got it: not always the one that asked
        (`app_credentials`)."""
        return delivery

    def confirmed(self, name: str, response: HttpResponse) -> bool:
        """Whether the provider took `Pulled.confirm`."""
        return 200 <= response.status < 300


@frozen
class Walk:
    """One page of a list that goes from new to old: what is new of it, and where to go on."""

    fresh: tuple[bool, ...]  # of each entry
    cursor: Cursor
    more: bool


def downward(
    cursor: Cursor, times: Sequence[int], following: str | None, *, late: timedelta, now: datetime
) -> Walk:
    """A page whose entries were written at `times` (epoch seconds), `following` being the next.

    The walk ends where entries begin that the last one has seen; `late` further down, because
    some show a while after they were written. No vendor promises the order: a page that does not
    fall from new to old is no reason to end, the walk then goes to the end of the list.
    """
    since = _seconds(cursor, "since", int((now - FIRST).timestamp()))
    # What claims to be of tomorrow must not make all of today look old.
    seen = (min(at, int(now.timestamp())) for at in times)
    newest = max([since, _seconds(cursor, "newest", 0), *seen])
    fresh = tuple(at >= since - late.total_seconds() for at in times)
    past = not all(fresh) and all(one >= two for one, two in pairwise(times))
    if following is None or past:
        return Walk(fresh=fresh, cursor={"since": newest}, more=False)
    going = {"since": since, "newest": newest, PAGE: following}
    return Walk(fresh=fresh, cursor=going, more=True)


def _seconds(cursor: Cursor, name: str, default: int) -> int:
    found = cursor.get(name)
    return found if isinstance(found, int) else default


#: Outcomes that trying again in some minutes does not change.
LASTING = frozenset({Outcome.PERMANENT, Outcome.REAUTH, Outcome.UNREACHABLE})
UNREADABLE = "Nhà cung cấp trả lời không đọc được"


def refusal(response: HttpResponse, meant: SendResult) -> NotPulled:
    """Why an answer gave nothing, by what it would have meant for a send."""
    return NotPulled(
        meant.reason or UNREADABLE,
        reason_code=meant.code or str(response.status),
        lasting=meant.outcome in LASTING,
    )
