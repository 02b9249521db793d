"""How customers write on each channel: one row of `VOICES` a channel. Used by `plan`.

A row says who its customers are, what one thing said looks like on the wire, how a stranger
would forge it, and what the product can do about it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlencode

from chalicelib.channels.base import Account
from chalicelib.channels.pages.visits import STRANGER, Visit, token_of
from infra import signing
from infra.demo import Connection

from . import wire
from .wire import Webhook

#: The website and the shop take ten forms a minute each from one address, and all have one.
MOST_FORMS = 5
VIETNAM = timezone(timedelta(hours=7))
SESSION = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing somebody says. `at` in ms; `first` is the key of the first thing they said."""

    user: str
    name: str
    key: str
    first: str
    text: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A channel as its customers use it.

    `keyed`: messages have an id of the provider's. `sends`: an answer becomes a request to the
    provider; without it the customer's own page picks it up. `several`: they say more than one
    thing; `chats`: some are only polite, and what they say may overtake each other. `before`: what
    the provider tells beforehand that is no message of its own.
    """

    says: Callable[[Connection, Said], Webhook]
    user: Callable[[random.Random], str]
    forged: Callable[[Webhook], Webhook] | None
    keyed: bool = True
    answerable: bool = True
    sends: bool = True
    several: bool = True
    chats: bool = True
    opts_out: bool = False
    before: Callable[[Connection, Said], Webhook] | None = None
    most: int | None = None  # customers in a run


def _digits(count: int, beginning: str = "") -> Callable[[random.Random], str]:
    return lambda chance: beginning + "".join(chance.choices("0123456789", k=count))


def _hexadecimal(beginning: str) -> Callable[[random.Random], str]:
    return lambda chance: beginning + f"{chance.getrandbits(128):032x}"


def _address(chance: random.Random) -> str:
    return f"khach.{chance.getrandbits(48):012x}@thu.example.vn"


#: A mobile number, as those write it who leave the plus out.
_mobile = _digits(8, "849")


# ------------------------------------------------------------------- Zalo, Meta


def _zalo(connection: Connection, said: Said) -> Webhook:
    message = {"msg_id": said.key, "text": said.text}
    return wire.zalo(connection, "user_send_text", said.user, said.at, message=message)


def _messenger(connection: Connection, said: Said) -> Webhook:
    return _direct(connection, said, "page")


def _instagram(connection: Connection, said: Said) -> Webhook:
    return _direct(connection, said, "instagram")


def _direct(connection: Connection, said: Said, of: str) -> Webhook:
    message = {"mid": said.key, "text": said.text}
    item = wire.messaging_item(connection, said.user, said.at, message=message)
    return wire.messaging(connection, [item], said.at, of=of)


def _comment(connection: Connection, said: Said) -> Webhook:
    post = f"{connection.account_id}_901"
    value = {
        "item": "comment",
        "verb": "add",
        "comment_id": said.key,
        "post_id": post,
        "parent_id": post,
        "created_time": said.at // 1000,
        "from": {"id": said.user, "name": said.name},
        "message": said.text,
    }
    changes = [{"field": "feed", "value": value}]
    entry = {"id": connection.account_id, "time": said.at // 1000, "changes": changes}
    return wire.meta(connection, "page", entry)


def _whatsapp(connection: Connection, said: Said) -> Webhook:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": "842873001234",
            "phone_number_id": connection.account_id,
        },
        "contacts": [{"profile": {"name": said.name}, "wa_id": said.user}],
        "messages": [
            {
                "from": said.user,
                "id": said.key,
                "timestamp": str(said.at // 1000),
                "type": "text",
                "text": {"body": said.text},
            }
        ],
    }
    changes = [{"field": "messages", "value": value}]
    entry = {"id": "104200000555000", "changes": changes}
    return wire.meta(connection, "whatsapp_business_account", entry)


# ------------------------------------------------- mail, text messages, telephone


def _mail(connection: Connection, said: Said) -> Webhook:
    again = [["In-Reply-To", f"<{said.first}>"], ["References", f"<{said.first}>"]]
    headers = [["Message-Id", f"<{said.key}>"], *(again if said.key != said.first else [])]
    timestamp, token = str(said.at // 1000), f"{said.key:x<50}"[:50]
    return wire.parts(
        "/webhooks/mailgun",
        {
            "recipient": connection.account_id,
            "sender": said.user,
            "from": f"{said.name} <{said.user}>",
            "subject": "Nhờ shop hỗ trợ",
            "body-plain": said.text,
            "message-headers": json.dumps(headers),
            "timestamp": timestamp,
            "token": token,
            "signature": signing.mailgun(timestamp, token, connection.credentials["signing_key"]),
        },
    )


def _of_another_key(genuine: Webhook) -> Webhook:
    """The same mail, its token another one."""
    return replace(genuine, body=genuine.body.replace(b'"token"\r\n\r\n', b'"token"\r\n\r\nz', 1))


def _sms(connection: Connection, said: Said) -> Webhook:
    received = datetime.fromtimestamp(said.at / 1000, VIETNAM).strftime("%Y%m%d%H%M%S")
    cpid, key = "CP5550", connection.credentials["private_key"]
    asked = {
        "cpid": cpid,
        "sender": said.user,
        "content": said.text,
        "serviceNumber": connection.account_id,
        "keyword": said.text.split()[0],
        "smsid": said.key,
        "receiverTime": received,
        "sign": signing.esms(cpid, said.key, said.text, received, key),
    }
    return Webhook(method="GET", path=f"/webhooks/esms?{urlencode(asked)}")


def _of_another_number(genuine: Webhook) -> Webhook:
    """The same words under another id, so that the signature is that of another text."""
    return replace(genuine, path=genuine.path.replace("cpid=CP", "cpid=XX", 1))


def _rings(connection: Connection, said: Said) -> Webhook:
    return _call(connection, said, call_status="ringing", timestamp_ms=said.at - 20_000)


def _hangs_up(connection: Connection, said: Said) -> Webhook:
    """Nobody answered in time."""
    return _call(connection, said, call_status="ended", answerDuration=0, duration=20)


def _call(connection: Connection, said: Said, **told: object) -> Webhook:
    event = {
        "type": "stringee_call",
        "call_id": said.key,
        "timestamp_ms": said.at,
        "callCreatedReason": "EXTERNAL_CALL_IN",
        "from": {"number": said.user, "type": "external"},
        "to": {"number": connection.account_id, "type": "internal"},
        **told,
    }
    secret = connection.credentials["webhook_secret"]
    path = f"/webhooks/stringee/{connection.account_id}/{secret}"
    return wire.posted(path, wire.written(event))


# --------------------------------------------------------------- pages and apps


def _chat(connection: Connection, said: Said) -> Webhook:
    return _visitor(connection, said, "live_chat", page_url="https://lienmach.example.vn/san-pham")


def _app(connection: Connection, said: Said) -> Webhook:
    return _visitor(connection, said, "mini_app")


def _visitor(connection: Connection, said: Said, provider: str, **more: str) -> Webhook:
    """What the page of somebody posts who has a token of ours."""
    secret = connection.credentials["visitor_secret"]
    account = Account(
        id="",
        provider=provider,
        channel=connection.channel,
        account_id=connection.account_id,
        credentials={"visitor_secret": [secret]},
    )
    ends = datetime.fromtimestamp(said.at / 1000, UTC) + SESSION
    token = token_of(Visit(visitor=said.user, ends_at=ends), account) or ""
    body = wire.written({"id": said.key, "text": said.text, **more})
    return wire.posted(f"/webhooks/{provider}/{connection.account_id}", body, X_Visitor_Token=token)


def _site_form(connection: Connection, said: Said) -> Webhook:
    fields = {"widget_key": connection.credentials["widget_key"], **_fields(said)}
    return _form(f"/webhooks/website/{connection.account_id}", fields, said)


def _store_form(connection: Connection, said: Said) -> Webhook:
    return _form(f"/webhooks/store/{connection.account_id}", _fields(said), said)


def _fields(said: Said) -> dict[str, str]:
    return {
        "name": said.name,
        "phone": said.user,
        "message": said.text,
        "client_id": said.key,
    }


def _form(path: str, fields: dict[str, str], said: Said) -> Webhook:
    return wire.form(path, fields, as_json=said.at // 1000 % 2 == 0)


# ----------------------------------------------------------------- marketplaces


def _shopee(connection: Connection, said: Said) -> Webhook:
    shop, own = int(connection.account_id), int(connection.credentials["shop_user_id"])
    content = {
        "shop_id": shop,
        "message_id": said.key,
        "from_id": int(said.user),
        "from_user_name": "khach.quen",
        "to_id": own,
        "message_type": "text",
        "content": {"text": said.text},
        "conversation_id": f"119{said.user}",
        "created_timestamp": said.at // 1000,
    }
    data = {"type": "message", "region": "VN", "content": content}
    body = wire.written({"shop_id": shop, "code": 10, "timestamp": said.at // 1000, "data": data})
    url, key = (connection.credentials[name] for name in ("registered_url", "partner_key"))
    return wire.posted("/webhooks/shopee", body, Authorization=signing.shopee(url, body, key))


def _lazada(connection: Connection, said: Said) -> Webhook:
    data = {
        "session_id": f"{connection.account_id}_2_{said.user}_1_103",
        "message_id": said.key,
        "content": json.dumps({"txt": said.text}, ensure_ascii=False),
        "from_account_id": said.user,
        "from_account_type": 1,
        "to_account_id": connection.account_id,
        "to_account_type": 2,
        "send_time": said.at,
        "template_id": 1,
        "type": 1,
        "site_id": "VN",
        "auto_reply": False,
        "status": 0,
    }
    push = {"seller_id": connection.account_id, "message_type": 2, "data": data}
    push |= {"timestamp": said.at // 1000, "site": "lazada_vn"}
    return _app_push(connection, "/webhooks/lazada", push)


def _tiktok(connection: Connection, said: Said) -> Webhook:
    data = {
        "content": json.dumps({"content": said.text}, ensure_ascii=False),
        "conversation_id": f"71{said.user}",
        "create_time": said.at // 1000,
        "is_visible": True,
        "message_id": said.key,
        "index": str(said.at),
        "type": "TEXT",
        "sender": {"im_user_id": said.user, "role": "BUYER"},
    }
    push = {"type": 14, "tts_notification_id": f"n-{said.key}", "shop_id": connection.account_id}
    push |= {"timestamp": said.at // 1000, "data": data}
    return _app_push(connection, "/webhooks/tiktok", push)


def _app_push(connection: Connection, path: str, push: wire.Json) -> Webhook:
    body = wire.written(push)
    key, secret = (connection.credentials[name] for name in ("app_key", "app_secret"))
    return wire.posted(path, body, Authorization=signing.after_app_key(key, body, secret))


# -------------------------------------------------------------------- the table

_ID = _digits(16, "7")
_BUYER = _digits(9, "15")

VOICES: dict[str, Voice] = {
    "zalo_oa": Voice(says=_zalo, user=_digits(17, "78"), forged=wire.tampered, opts_out=True),
    "zalo_mini_app": Voice(says=_app, user=_ID, forged=wire.without_proof, sends=False),
    "facebook_message": Voice(says=_messenger, user=_ID, forged=wire.tampered, opts_out=True),
    "facebook_comment": Voice(says=_comment, user=_ID, forged=wire.tampered),
    "instagram": Voice(says=_instagram, user=_ID, forged=wire.tampered),
    "whatsapp": Voice(says=_whatsapp, user=_mobile, forged=wire.tampered),
    "email": Voice(says=_mail, user=_address, forged=_of_another_key, chats=False),
    "voice": Voice(
        says=_hangs_up,
        before=_rings,
        user=_mobile,
        forged=wire.by_another_secret,
        answerable=False,
        several=False,
        chats=False,
    ),
    "sms": Voice(says=_sms, user=_mobile, forged=_of_another_number, opts_out=True),
    "live_chat": Voice(
        says=_chat, user=_hexadecimal(STRANGER), forged=wire.without_proof, sends=False
    ),
    "web_form": Voice(
        says=_site_form,
        user=_mobile,
        forged=None,
        keyed=False,
        answerable=False,
        several=False,
        chats=False,
        most=MOST_FORMS,
    ),
    "store": Voice(
        says=_store_form,
        user=_mobile,
        forged=None,
        keyed=False,
        answerable=False,
        several=False,
        chats=False,
        most=MOST_FORMS,
    ),
    "shopee": Voice(says=_shopee, user=_BUYER, forged=wire.tampered),
    "lazada": Voice(says=_lazada, user=_BUYER, forged=wire.tampered),
    "tiktok_shop": Voice(says=_tiktok, user=_ID, forged=wire.tampered),
}
