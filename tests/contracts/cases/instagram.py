"""The declared case of Instagram: private messages; comments are in its fixtures and tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chalicelib.channels.sending import HttpRequest, Outcome

from ..case import ChannelCase, Sending
from .facebook_message import AT, answer, refusal, sign, sign_by_sha1
from .facebook_message import CASE as MESSENGER

ACCOUNT, CUSTOMER = "17841400000000001", "6677889900112233"


def body(**parts: Any) -> bytes:
    """A body as Meta writes it: one entry, unicode and slashes escaped."""
    entry = {"id": ACCOUNT, "time": AT + 412} | parts
    return json.dumps({"object": "instagram", "entry": [entry]}).replace("/", "\\/").encode()


def item(**content: Any) -> dict[str, Any]:
    """An update by the customer, unless `content` names other sides."""
    sides = {"sender": {"id": CUSTOMER}, "recipient": {"id": ACCOUNT}, "timestamp": AT}
    return sides | content


def direct(*items: dict[str, Any]) -> bytes:
    return body(messaging=list(items))


def from_account(**content: Any) -> dict[str, Any]:
    return item(sender={"id": ACCOUNT}, recipient={"id": CUSTOMER}, **content)


def change(field: str, **value: Any) -> bytes:
    """A change as it comes, with the time of a comment: seconds."""
    return body(changes=[{"field": field, "value": value}], time=AT // 1000)


def message(text: str, message_id: str) -> bytes:
    return direct(item(message={"mid": message_id, "text": text}))


def batch(message_ids: Sequence[str]) -> bytes:
    return direct(*(item(message={"mid": mid, "text": f"Tin {mid}"}) for mid in message_ids))


def echo(**content: Any) -> bytes:
    return direct(from_account(message={"mid": "e1", "text": "Dạ", "is_echo": True} | content))


def about(message_id: str) -> list[bytes]:
    """Everything else Instagram may tell of a message."""
    named = {"mid": message_id}
    return [
        direct(item(message_edit=named | {"text": "sửa", "num_edit": "1"})),
        direct(item(message=named | {"is_deleted": True})),
        direct(from_account(message=named | {"is_echo": True, "text": "Dạ"})),
        direct(item(reaction=named | {"action": "react", "reaction": "love", "emoji": "❤"})),
        direct(item(reaction=named | {"action": "unreact"}, timestamp=AT + 1)),
        direct(item(read=named)),
        direct(item(postback=named | {"title": "Mua", "payload": "BUY"})),
        change("comments", id="17890000000000001", text="Đẹp", **{"from": {"id": CUSTOMER}}),
        change("live_comments", id="17890000000000001", text="Đẹp"),
        change("mentions", comment_id="17890000000000001", media_id="17900000000000001"),
    ]


def text_of(request: HttpRequest) -> str:
    text: str = json.loads(request.body)["message"]["text"]
    return text


CASE = ChannelCase(
    channel="instagram",
    account=replace(MESSENGER.account, id="acc-5", channel="instagram", account_id=ACCOUNT),
    message=message,
    unknown=change("story_insights", media_id="17900000000000001", reach=44),
    secret_name="app_secret",
    sign=sign,
    other_algorithm=sign_by_sha1,
    batch=batch,
    echoes=(
        (echo(), "human"),
        (echo(app_id=263902037430900), "human"),
        (echo(app_id=1517776481860111), "app"),
    ),
    about=about,
    sending=Sending(
        text_of=text_of,
        recipient=CUSTOMER,
        sent=answer({"recipient_id": CUSTOMER, "message_id": "aWdfb3V0"}),
        sent_id="aWdfb3V0",
        failures=(
            ("token expired", refusal(190, 463), Outcome.REAUTH),
            ("permission withdrawn", refusal(200, status=403), Outcome.REAUTH),
            ("outside the window", refusal(10, 2534022, 403), Outcome.UNREACHABLE),
            ("no such user", refusal(100, 2534014), Outcome.UNREACHABLE),
            ("comment gone", refusal(100, 33), Outcome.PERMANENT),
            ("dead tag", refusal(100, 1893061), Outcome.PERMANENT),
            ("privately answered before", refusal(10900), Outcome.UNREACHABLE),
            ("temporary", refusal(2, status=500), Outcome.RETRY),
            ("application rate", refusal(4), Outcome.RETRY),
            ("call rate", refusal(613), Outcome.RETRY),
            ("unknown code", refusal(987654), Outcome.PERMANENT),
            ("200 without an id", answer({"recipient_id": CUSTOMER}), Outcome.RETRY),
        ),
    ),
    sample_folders=("instagram",),
    sample_vector=MESSENGER.sample_vector,
)
