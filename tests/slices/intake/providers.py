"""Providers that are pulled from, as their documentation has them: pages, tokens, signatures."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contracts.cases import shopee

Answer = tuple[int, bytes]
Given = dict[str, str]

LOST, CONFIRM = "/push/get_lost_push_message", "/push/confirm_consumed_lost_push_message"
COMMENTS, REPLY = "/product/get_comment", "/product/reply_comment"
DETAILS, RENEWAL = "/order/get_order_detail", "/auth/access_token/get"
INVALID = {"error": "error_auth", "message": "Invalid access_token.", "request_id": "r"}


def written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


@dataclass
class Shopee:
    """Shopee's API of one app: its lost pushes, one shop's reviews and orders.

    `first` answers go out before any right ones; `meanwhile` runs before each answer.
    """

    lost: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    token: str = "AT-1"
    page: int = 100
    confirms: bool = True
    first: list[Answer] = field(default_factory=list)
    calls: list[tuple[str, Given, Any]] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list)
    meanwhile: Callable[[str], None] = lambda path: None
    number: int = 176_000

    def lose(self, body: bytes) -> None:
        """A push does not arrive."""
        self.number += 1
        self.lost.append((self.number, json.loads(body)))

    def call(self, method: str, url: str, *, headers: Any, body: bytes) -> Answer:
        """Stands in for `outward.call`."""
        parts = urlsplit(url)
        given = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path, sent = parts.path.removeprefix("/api/v2"), json.loads(body) if body else None
        self.calls.append((path, given, sent))
        self.meanwhile(path)
        if self.first:
            return self.first.pop(0)
        if not self._is_signed(parts.path, given):
            return 403, written({"error": "error_sign", "message": "Wrong sign."})
        if path not in (LOST, CONFIRM, RENEWAL) and given.get("access_token") != self.token:
            return 403, written(INVALID)
        answer = {
            LOST: self._lost,
            CONFIRM: self._confirm,
            COMMENTS: self._comments,
            REPLY: self._reply,
            DETAILS: self._details,
            RENEWAL: self._renewal,
        }[path](given, sent)
        return 200, written(answer)

    def asked(self) -> list[str]:
        return [path for path, _, _ in self.calls]

    def _is_signed(self, path: str, given: Given) -> bool:
        own = (given["access_token"], given["shop_id"]) if "access_token" in given else ()
        text = "".join((given["partner_id"], path, given["timestamp"], *own)).encode()
        return given["sign"] == hmac.new(shopee.KEY.encode(), text, sha256).hexdigest()

    def _lost(self, given: Given, sent: Any) -> Any:
        page = self.lost[: self.page]
        entries = [
            {
                **({"shop_id": push["shop_id"]} if "shop_id" in push else {}),
                "code": push["code"],
                "timestamp": push["timestamp"],
                "data": json.dumps(push),
            }
            for _, push in page
        ]
        found = {
            "push_message_list": entries,
            "has_next_page": len(self.lost) > len(page),
            "last_message_id": page[-1][0] if page else 0,
        }
        return {"error": "-", "message": "-", "warning": "-", "response": found}

    def _confirm(self, given: Given, sent: Any) -> Any:
        if not self.confirms:
            return {"error": "error_server", "message": "error server"}
        self.lost = [one for one in self.lost if one[0] > sent["last_message_id"]]
        return {"error": "", "message": "", "request_id": "r"}

    def _comments(self, given: Given, sent: Any) -> Any:
        begin, size = int(given["cursor"] or "0") if "cursor" in given else 0, self.page
        page, more = self.comments[begin : begin + size], begin + size < len(self.comments)
        found = {
            "item_comment_list": page,
            "more": more,
            "next_cursor": str(begin + size) if more else "",
        }
        return {"error": "", "message": "", "response": found}

    def _reply(self, given: Given, sent: Any) -> Any:
        (one,) = sent["comment_list"]
        self.replies.append(one)
        return {"error": "", "response": {"result_list": [{"comment_id": one["comment_id"]}]}}

    def _details(self, given: Given, sent: Any) -> Any:
        known = [self.orders[n] for n in given["order_sn_list"].split(",") if n in self.orders]
        return {"error": "", "response": {"order_list": known}}

    def _renewal(self, given: Given, sent: Any) -> Any:
        self.token = str(shopee.REFRESHED["access_token"])
        return shopee.REFRESHED
