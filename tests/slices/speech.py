"""What providers send besides a customer's plain text, signed and posted to a `World`."""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from itertools import count
from typing import Any

from tests.world import APP_ID, OA, PAGE, World, milliseconds

AN = "7812345678901234567"  # the customer who writes to the OA unless told otherwise
BINH = "6677889900112233"  # likewise to the page
SITE = "site-1"
SITE_SECRET = "site-secret"

_numbers = count(1)


def zalo(world: World, name: str, *, user: str = AN, by_oa: bool = False, **more: Any) -> None:
    """An event of the OA; `by_oa` says who is the sender."""
    customer, oa = {"id": user}, {"id": OA, **more.pop("sender", {})}
    event = {
        "app_id": APP_ID,
        "event_name": name,
        "sender": oa if by_oa else customer,
        "recipient": customer if by_oa else oa,
        "timestamp": str(milliseconds()),
        **more,
    }
    assert world.zalo_event(event) == 200


def sticker(world: World) -> None:
    part = {"type": "sticker", "payload": {"id": "46955", "url": "https://media.example/s.png"}}
    message = {"msg_id": f"sticker-{next(_numbers)}", "attachments": [part]}
    zalo(world, "user_send_sticker", message=message)


def image(world: World) -> None:
    part = {"type": "image", "payload": {"url": "https://media.example/i.png"}}
    message = {"msg_id": f"image-{next(_numbers)}", "attachments": [part]}
    zalo(world, "user_send_image", message=message)


def reaction(world: World, about: str) -> None:
    zalo(world, "user_reacted_message", message={"msg_id": about, "react_icon": "/-heart"})


def oa_says(
    world: World, text: str, *, msg_id: str = "", by: str | None = "admin-1", user: str = AN
) -> str:
    """The OA says something: a person in OA Manager, or (`by=None`) an application."""
    msg_id = msg_id or f"oa-{next(_numbers)}"
    sender = {"admin_id": by} if by else {}
    message = {"msg_id": msg_id, "text": text}
    zalo(world, "oa_send_text", by_oa=True, sender=sender, message=message, user=user)
    return msg_id


def receipt(world: World, name: str, about: str) -> None:
    """`user_received_message` or `user_seen_message` of one message."""
    zalo(world, name, by_oa=True, message={"msg_id": about})


def submits(world: World, *, user: str = AN, **info: Any) -> None:
    zalo(world, "user_submit_info", user=user, info=info)


def page(world: World, *, user: str = BINH, by_page: bool = False, **item: Any) -> None:
    """A messaging item of the page."""
    sides = [{"id": user}, {"id": PAGE}]
    sender, recipient = sides[::-1] if by_page else sides
    item = {"sender": sender, "recipient": recipient, "timestamp": milliseconds(), **item}
    assert world.facebook_items([item]) == 200


def page_says(world: World, text: str, *, mid: str = "", user: str = BINH, **more: Any) -> str:
    """The page says something; without `app_id` a person in its inbox."""
    mid = mid or f"m_page_{next(_numbers)}"
    message = {"mid": mid, "text": text, "is_echo": True, **more}
    page(world, user=user, by_page=True, message=message)
    return mid


def form(world: World, *, signed: str | None = None, **fields: Any) -> int:
    """A contact form of the site, sent by a visitor the site signed, or by anybody."""
    if signed is not None:
        proof = hmac.new(SITE_SECRET.encode(), signed.encode(), sha256).hexdigest()
        fields |= {"identifier": signed, "identifier_hash": proof}
    body = json.dumps({"client_id": f"form-{next(_numbers)}", **fields}).encode()
    return world.webhook(f"website/{SITE}", body, {})


def site(world: World) -> None:
    """Connect the web site."""
    world.connect("web_form", SITE, {"secret": SITE_SECRET})


def owner_of(zalo_user: str) -> str | None:
    """The profile under which an OA's customer is known, or None."""
    from chalicelib.platform import store
    from chalicelib.profiles.knowing import IdentityKey
    from chalicelib.profiles.model import ONLY, Identity

    key = IdentityKey(kind="zalo_oa", account=OA, value=zalo_user)
    found = store.get(Identity, key.pk, ONLY)
    return None if found is None else str(found.profile_id)


def same_person(world: World, *, zalo_user: str = AN, page_user: str = BINH) -> None:
    """Say that the page's customer is the OA's: their identity there belongs to this profile.

    Joining two profiles comes with merging; an identity that is known beforehand
    is what either leads to.
    """
    from chalicelib.platform import store
    from chalicelib.profiles.knowing import IdentityKey
    from chalicelib.profiles.model import Identity

    owner = owner_of(zalo_user)
    assert owner is not None
    key = IdentityKey(kind="facebook_message", account=PAGE, value=page_user)
    identity = Identity(
        key.pk,
        "-",
        profile_id=owner,
        kind=key.kind,
        account=key.account,
        value=key.value,
        created_at="2026-11-21T00:00:00.000Z",
    )
    store.commit([store.put("identity", identity)])
