"""Lists: one index query per page, and a signed cursor to the next.

`limit` counts items read, so a page costs the same whatever the size of the
table. Cursors are bound to the route, its filters and the caller's role.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, Generic, TypeVar

from pynamodb.exceptions import QueryError
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex

from . import store
from .errors import Invalid
from .fact import frozen
from .listing import entries
from .signing import key

DEFAULT_LIMIT = 25
MOST = 100
_SIGNATURE_BYTES = 16
#: Texts before and after every range key.
FIRST, LAST = " ", "\U0010ffff"

I = TypeVar("I", bound=store.Item)  # noqa: E741


class BadCursor(Invalid):
    code, title = "bad_cursor", "The cursor does not belong to this list"

    def __init__(self) -> None:
        super().__init__(field="cursor")


@frozen
class PageRequest:
    """Which page of which list: `scope` names route, filters and role."""

    scope: str
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


@frozen
class Page(Generic[I]):
    """Items in the list's order and the cursor of the next page, None at the end."""

    items: list[I]
    next_cursor: str | None = None


def page(
    model: type[I],
    request: PageRequest,
    hash_key: str,
    *,
    index: GlobalSecondaryIndex[Any] | None = None,
    newest_first: bool = True,
    where: Condition | None = None,
    keep: Callable[[I], bool] | None = None,
) -> Page[I]:
    """One page of an index (or, without one, of a hash key of the table itself).

    Indexes hold keys only: the items are then read together, which also makes
    them fresh. `keep` drops items after reading, so a page may be short.
    """
    source = model if index is None else index
    try:
        found = source.query(
            hash_key,
            range_key_condition=where,
            limit=request.limit,
            page_size=request.limit,
            last_evaluated_key=_open(request),
            scan_index_forward=not newest_first,
        )
        read = list(found)
        last_key = found.last_evaluated_key if len(read) == request.limit else None
    except QueryError as error:
        raise store.failure(store.code_of(error)) from error
    items = read if index is None else _whole(model, read)
    if keep is not None:
        items = [item for item in items if keep(item)]
    return Page(items=items, next_cursor=_seal(request.scope, last_key))


def union(
    model: type[I],
    request: PageRequest,
    hash_keys: Sequence[str],
    *,
    order: str,
    index: GlobalSecondaryIndex[Any] | None = None,
    since: str = FIRST,
    until: str = LAST,
    keep: Callable[[I], bool] | None = None,
) -> Page[I]:
    """One page of several hash keys together, newest first: a query for each of them.

    `order` names the range key, whose values are of one length and differ between the
    hash keys (ids that sort by time); `since` and `until` bound it, both included. An
    index must hold whole items. `limit` counts what is read of the union: `keep` drops
    items after that.
    """
    last_read = _open(request)
    newest = until if last_read is None else min(until, _just_before(last_read[order]))
    if newest < since:
        return Page(items=[])
    where = getattr(model, order).between(since, newest)
    source = model if index is None else index
    read: list[I] = []
    for hash_key in hash_keys:
        read += entries(source, hash_key, where, limit=request.limit, newest_first=True)
    read.sort(key=lambda item: str(getattr(item, order)), reverse=True)
    shown = read[: request.limit]
    more = {order: getattr(shown[-1], order)} if len(shown) == request.limit else None
    kept = shown if keep is None else [item for item in shown if keep(item)]
    return Page(items=kept, next_cursor=_seal(request.scope, more))


def _just_before(value: str) -> str:
    """Not below any text of the same length that is less than `value`, and less itself."""
    return value[:-1] + chr(ord(value[-1]) - 1) + LAST


def _whole(model: type[I], read: list[I]) -> list[I]:
    keys = [(entry.pk, entry.sk) for entry in read]
    found = store.get_many(model, keys)
    return [found[key] for key in keys if key in found]


def _signature(scope: str, body: bytes) -> bytes:
    text = sha256(scope.encode()).digest() + body
    return hmac.new(key("cursor"), text, sha256).digest()[:_SIGNATURE_BYTES]


def _seal(scope: str, last_key: dict[str, Any] | None) -> str | None:
    if last_key is None:
        return None
    body = json.dumps(last_key, ensure_ascii=False, separators=(",", ":")).encode()
    return urlsafe_b64encode(_signature(scope, body) + body).rstrip(b"=").decode()


def _open(request: PageRequest) -> dict[str, Any] | None:
    if request.cursor is None:
        return None
    try:
        padded = request.cursor + "=" * (-len(request.cursor) % 4)
        raw = urlsafe_b64decode(padded.encode("ascii"))
    except (BadBase64, ValueError):
        raise BadCursor from None
    signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(request.scope, body)):
        raise BadCursor
    last_key: dict[str, Any] = json.loads(body)
    return last_key
