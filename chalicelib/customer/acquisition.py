"""How a customer first came to us. Pure; for `sections`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..platform.fact import frozen


@frozen
class Acquired:
    """The channel and account they first wrote on, and what brought them there."""

    channel: str | None
    account: str | None
    advertisement: str | None
    referrer: str | None


def acquired(
    known: Mapping[str, str], *, first_channel: str | None, referrers: Iterable[tuple[str, str]]
) -> Acquired:
    """As it was said at the first contact (`known`), else by what is known of conversations.

    `referrers` are (when the conversation began, who or what led there): the oldest counts.
    """
    oldest = min(referrers, default=("", None))
    return Acquired(
        channel=known.get("channel") or first_channel,
        account=known.get("account"),
        advertisement=known.get("advertisement"),
        referrer=known.get("referrer") or oldest[1],
    )
