"""How an account is doing: last heard from, last sent, what failed. Kept without a write a message.

`intake` and `conversations` tell it; `channels.api` shows it. A process writes the same kind of
news of an account at most once a minute: people look at it in minutes, and an item that every
message of a busy account writes would be the slowest of all. Failures for good are counted one
by one: they are few, or the account is the one thing to look at.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from ..platform import control, store
from ..platform.clock import iso, local_day, parse
from ..platform.errors import AppError
from ..platform.fact import frozen
from ..platform.log import logger
from ..platform.remembered import Remembered
from .model import account_key
from .sending import Quota

HEALTH = "health"  # the range key beside the account's own
SECONDS = 60.0
LONGEST_CODE = 100  # characters
#: From here on every template that goes out is told, for the next one may be one too many.
FEW_LEFT = 20

_told: Remembered[bool] = Remembered(SECONDS, most=4096)


class Health(store.Item):
    """When an account last heard from its provider, by which signature, and what went out."""

    Meta = store.table("channels")

    last_event_at = UnicodeAttribute(null=True)
    last_variant = UnicodeAttribute(null=True)
    last_sent_at = UnicodeAttribute(null=True)
    last_failed_at = UnicodeAttribute(null=True)
    last_failed_code = UnicodeAttribute(null=True)
    quota_daily = NumberAttribute(null=True)
    quota_remaining = NumberAttribute(null=True)
    quota_at = UnicodeAttribute(null=True)
    quality = UnicodeAttribute(null=True)
    quality_at = UnicodeAttribute(null=True)


@frozen
class Facts:
    """The same with how many sends failed for good in the last 24 hours.

    `quota_daily` and `quota_remaining` are templates of the provider's day, told at `quota_at`;
    `quality` is what it says of the account's sending.
    """

    last_event_at: str | None
    last_variant: str | None
    last_sent_at: str | None
    last_failed_at: str | None
    last_failed_code: str | None
    failed_last_day: int
    quota_daily: int | None = None
    quota_remaining: int | None = None
    quota_at: str | None = None
    quality: str | None = None


def heard(account_id: str, variant: str, *, at: datetime) -> None:
    """An authentic event came, proved in this way (`Verified.variant`; '' of one replayed).

    Another way than a moment ago is told at once: so drift of a provider's signatures is seen.
    """
    proved = {"last_variant": variant} if variant else {}
    news = {"last_event_at": iso(at), **proved}
    _told.get((account_id, "heard", variant), lambda: _write(account_id, "last_event_at", news))


def sent(account_id: str, *, at: datetime) -> None:
    """A message went out."""
    news = {"last_sent_at": iso(at)}
    _told.get((account_id, "sent"), lambda: _write(account_id, "last_sent_at", news))


def failed(account_id: str, code: str, *, at: datetime) -> None:
    """A message will never go out; `code` is the provider's or ours."""
    news = {"last_failed_at": iso(at), "last_failed_code": code[:LONGEST_CODE]}
    _told.get((account_id, "failed", code), lambda: _write(account_id, "last_failed_at", news))
    try:
        control.tally(_failures(account_id), now=at)
    except AppError as error:
        _not_kept(account_id, error)


def stands(account_id: str, quota: Quota | None, quality: str | None, *, at: datetime) -> None:
    """The provider says how much of a day's quota is left, or how good the account's sending is."""
    if quota is not None:
        left = quota.remaining
        news = {"quota_daily": quota.daily, "quota_remaining": left, "quota_at": iso(at)}
        told = {name: value for name, value in news.items() if value is not None}
        few = left if left is not None and left <= FEW_LEFT else None
        key = (account_id, "quota", quota.daily, few)
        _told.get(key, lambda: _write(account_id, "quota_at", told))
    if quality is not None:
        news_of = {"quality": quality, "quality_at": iso(at)}
        key_of = (account_id, "quality", quality)
        _told.get(key_of, lambda: _write(account_id, "quality_at", news_of))


def quota_changed(account_id: str, daily: int, *, at: datetime) -> None:
    """The provider gives another quota a day: what is left of it has to be asked for anew."""
    news = {"quota_daily": daily, "quota_remaining": None, "quota_at": iso(at)}
    _write(account_id, "quota_at", news)


def left_today(account_id: str, *, now: datetime) -> int | None:
    """How many templates may still go out in the provider's day; None: not told today."""
    item = store.get(Health, account_key(account_id), HEALTH)
    if item is None or item.quota_remaining is None or item.quota_at is None:
        return None
    today = local_day(parse(item.quota_at)) == local_day(now)
    return int(item.quota_remaining) if today else None


def _failures(account_id: str) -> str:
    return f"failed-sends#{account_id}"


def _write(account_id: str, moment: str, news: dict[str, Any]) -> bool:
    """Newer news only; a message never fails for it."""
    same = store.ref(Health, account_key(account_id), HEALTH)
    known = getattr(Health, moment)
    newer = known.does_not_exist() | (known < news[moment])
    try:
        store.commit([store.update("health", same, *store.assign(Health, news), condition=newer)])
    except store.ConditionFailed:
        return True
    except AppError as error:
        _not_kept(account_id, error)
    return True


def _not_kept(account_id: str, error: AppError) -> None:
    logger.warning("health not kept", extra={"account": account_id, "code": error.code})


def of(account_id: str, *, now: datetime) -> Facts:
    """What is known of an account; two requests."""
    found = store.get(Health, account_key(account_id), HEALTH)
    item = Health() if found is None else found
    return Facts(
        last_event_at=item.last_event_at,
        last_variant=item.last_variant,
        last_sent_at=item.last_sent_at,
        last_failed_at=item.last_failed_at,
        last_failed_code=item.last_failed_code,
        failed_last_day=control.tallied(_failures(account_id), now=now),
        quota_daily=None if item.quota_daily is None else int(item.quota_daily),
        quota_remaining=None if item.quota_remaining is None else int(item.quota_remaining),
        quota_at=item.quota_at,
        quality=item.quality,
    )


def forget() -> None:
    """Drop what this process remembers to have told."""
    _told.forget()
