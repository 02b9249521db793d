"""What happens beside an erasure: merges undone, exports under way, backups put back."""

from __future__ import annotations

import hmac
import json
from contextvars import Context as Outside
from typing import Any
from unittest.mock import patch

import pytest

from chalicelib.customer import erasing, exporting
from chalicelib.intake import agreeing
from chalicelib.platform import context, store
from chalicelib.platform.aws import client
from chalicelib.platform.clock import now
from chalicelib.profiles import consent, rights, search
from chalicelib.profiles.family import family_of
from chalicelib.profiles.model import Profile
from tests.faults import Snapshot
from tests.slices.customer.families import customer, merged, names, parted
from tests.slices.customer.test_erasure import ask, everything, request
from tests.world import World

BINH, PHONE = "Phạm Thu Bình", "0912777666"
WORDS = (BINH, "912777666", "binh")


def traces(world: World, *words: str) -> list[str]:
    """Where any of the words stands, whatever its case."""
    return [
        f"{where}: {word}"
        for where, text in everything(world).items()
        for word in words
        if word.casefold() in text or word.casefold() in where.casefold()
    ]


def binh() -> str:
    return customer(BINH, phones=(PHONE,), user="user-77")


def work(request_id: str) -> None:
    """Go on with an erasure until it is done."""
    for _ in range(8):
        if erasing.erase_step(request_id, context.begin(), 60):
            return
    raise AssertionError("never done")


def erase(world: World, profile_id: str) -> dict[str, Any]:
    asked = ask(world, profile_id, "erase")
    world.run()
    done = request(world, asked["id"])
    assert done["status"] == "done", done
    return done


# A merge undone, a merge made.


def test_whoever_is_parted_during_an_erasure_is_spared_and_heard(world: World) -> None:
    world.agent("Lan")
    world.zalo("Đơn hàng giao trễ", user="111")
    world.facebook("Cho hỏi giá áo", user="222")
    world.run()
    spared, erased = sorted(world.list("/profiles"), key=lambda one: one["first_channel"])
    path = f"/profiles/{erased['id']}/merge"
    merge = world.admin.post(path, {"profile_id": spared["id"]}).body["id"]
    world.run()
    asked = ask(world, erased["id"], "erase")
    mark = erasing._mark

    def undone_first(*args: Any) -> bool:
        answer = world.admin.post(f"/merges/{merge}/undo")
        assert answer.status in (200, 409), answer.body
        return mark(*args)

    with patch.object(erasing, "_mark", undone_first):
        erasing.erase_step(asked["id"], context.begin(), 60)
    world.run()
    world.pump.retry()
    proof = request(world, asked["id"])
    assert proof["status"] == "done"
    assert proof["proof"]["profile_ids"] == [erased["id"]]
    assert world.admin.get(f"/profiles/{spared['id']}").status == 200
    ledger = {item["pk"]["S"] for item in world.cloud.items("control")}
    assert f"erased#{spared['id']}" not in ledger
    world.facebook("Vẫn chưa ai trả lời tôi", user="222")
    world.run()
    texts = [one["text"] for t in world.tickets() for one in world.messages(t["id"])]
    assert "Vẫn chưa ai trả lời tôi" in texts
    other = customer("Trần Văn An")
    body = {"profile_id": other}
    assert world.admin.post(f"/profiles/{spared['id']}/merge", body).status == 201


def test_nobody_is_merged_with_somebody_who_is_about_to_be_erased(world: World) -> None:
    one, other = binh(), customer("Trần Văn An")
    asked = ask(world, one, "erase")
    for into, taken in ((other, one), (one, other)):
        answer = world.admin.post(f"/profiles/{into}/merge", {"profile_id": taken})
        assert (answer.status, answer.body["code"]) == (409, "being_erased")
    world.run()
    assert request(world, asked["id"])["proof"]["profile_ids"] == [one]
    assert world.admin.get(f"/profiles/{other}").status == 200


def _asked(profile_id: str) -> list[store.Write]:
    ctx = context.begin()
    return rights.ask(
        profile_id, rights.ERASE, ctx, requested_at=now(), verified_by="call_back", reason=None
    )[1]


def test_of_two_requests_at_once_one_is_refused(world: World) -> None:
    one = binh()
    first, second = _asked(one), _asked(one)
    store.commit(first)
    with pytest.raises(store.ConditionFailed):
        store.commit(second)
    assert world.admin.post(f"/profiles/{one}/erase", {"verified_by": "call_back"}).status == 409


def test_a_merge_leaves_no_word_of_either_behind(world: World) -> None:
    for number, erased in enumerate(("survivor", "taken")):
        ids = {"survivor": customer(f"An {number}"), "taken": customer(f"Cúc {number}")}
        caller = world.admin.with_headers(Idempotency_Key=f"key-{number}")
        body = {"profile_id": ids["taken"], "reason": f"Chị Bình {PHONE} gọi xác nhận"}
        made = caller.post(f"/profiles/{ids['survivor']}/merge", body)
        assert made.status == 201
        world.run()
        assert caller.post(f"/merges/{made.body['id']}/undo").status == 200
        world.run()
        erase(world, ids[erased])
        assert traces(world, PHONE) == []


# Copies.


def test_a_copy_of_a_merged_customer_ends_with_any_of_them(world: World) -> None:
    an, other = customer("Trần Văn An"), binh()
    merge = merged(an, other)
    world.run()
    asked = ask(world, an, "export")
    world.run()
    assert world.admin.get(f"/rights-requests/{asked['id']}/export").status == 200
    parted(merge)
    world.run()
    erase(world, other)
    assert traces(world, *WORDS, "user-77") == []
    assert world.admin.get(f"/rights-requests/{asked['id']}/export").status == 404


@pytest.mark.parametrize("parts_them", [False, True])
def test_parts_of_an_unfinished_copy_end(world: World, parts_them: bool) -> None:
    an, other = customer("Trần Văn An"), binh()
    merge = merged(an, other)
    world.run()
    asked = ask(world, an if parts_them else other, "export")
    killed = patch.object(exporting, "_write", side_effect=KeyboardInterrupt)
    with killed, pytest.raises(KeyboardInterrupt):
        exporting.export_step(asked["id"], context.begin(), 60)
    if parts_them:
        parted(merge)
        exporting.export_step(asked["id"], context.begin(), 60)
    work(ask(world, other, "erase")["id"])
    world.run()
    assert traces(world, *WORDS) == []


def test_a_copy_written_after_the_end_of_its_customer_is_none(world: World) -> None:
    one = binh()
    world.run()
    copy, end = ask(world, one, "export"), ask(world, one, "erase")
    write = exporting._write

    def late(*args: Any) -> bool:
        work(end["id"])
        return write(*args)

    with patch.object(exporting, "_write", late):
        exporting.export_step(copy["id"], context.begin(), 60)
    world.run()
    assert request(world, end["id"])["status"] == "done"
    assert request(world, copy["id"])["status"] == "done"
    assert world.admin.get(f"/rights-requests/{copy['id']}/export").status in (404, 409)
    assert traces(world, *WORDS) == []


# Backups.


def _restored(world: World, ids: list[str], before: Snapshot, *, in_place: bool) -> None:
    """Put a backup back; in place, what stands of the erased originals stays as it is."""
    table = f"{world.cloud.prefix}-profiles"
    keys = [{"pk": {"S": one}, "sk": {"S": "profile"}} for one in ids]
    kept = [client("dynamodb").get_item(TableName=table, Key=key)["Item"] for key in keys]
    before.restore()
    for item in kept if in_place else ():
        client("dynamodb").put_item(TableName=table, Item=item)
    erasing.reapply(ids, context.begin())


@pytest.mark.parametrize("in_place", [True, False])
def test_a_restore_leaves_the_survivor_whole(world: World, in_place: bool) -> None:
    stays, gone = customer("Lê Mai"), binh()
    merge = merged(stays, gone)
    world.run()
    backup = Snapshot.of(world.cloud)
    parted(merge)
    world.run()
    ids = erase(world, gone)["proof"]["profile_ids"]
    assert ids == [gone]
    _restored(world, ids, backup, in_place=in_place)
    assert traces(world, *WORDS) == []
    assert family_of(stays).ids == (stays,)
    assert world.admin.get(f"/profiles/{stays}").status == 200
    again = ask(world, stays, "erase")["id"]
    work(again)
    assert request(world, again)["proof"]["profile_ids"] == [stays]


@pytest.mark.parametrize("in_place", [True, False])
def test_a_restore_leaves_whom_the_erased_had_taken_in(world: World, in_place: bool) -> None:
    stays, gone = customer("Lê Mai"), binh()
    merge = merged(gone, stays)
    world.run()
    backup = Snapshot.of(world.cloud)
    parted(merge)
    world.run()
    ids = erase(world, gone)["proof"]["profile_ids"]
    _restored(world, ids, backup, in_place=in_place)
    assert traces(world, *WORDS) == []
    assert world.admin.get(f"/profiles/{stays}").body["id"] == stays
    world.run()
    assert names(world, q="mai") == ["Lê Mai"]


# Words that come late.


def test_consent_that_comes_after_the_end_is_not_kept(world: World) -> None:
    one = binh()
    world.run()
    record = consent.record_one

    def late(*args: Any) -> Any:
        made = record(*args)
        erase(world, one)
        return made

    body = {"purpose": "marketing", "state": "granted", "source": "phone"}
    with patch.object(consent, "record_one", late):
        assert world.admin.post(f"/profiles/{one}/consents", body).status == 410
    assert traces(world, "consent#") == []


def test_no_note_on_the_ticket_of_somebody_erased(world: World) -> None:
    agent = world.agent("Lan")
    world.zalo("Đơn hàng giao trễ")
    world.run()
    ticket = world.ticket()
    erase(world, world.list("/profiles")[0]["id"])
    answer = agent.post(f"/tickets/{ticket['id']}/notes", {"text": f"Khách {BINH}"})
    assert answer.status == 409
    assert traces(world, BINH) == []


def test_the_answer_about_a_guest_s_order_ends_with_who_it_turns_out_to_be(world: World) -> None:
    caller = world.admin.with_headers(Idempotency_Key="guest")
    recipient = {"name": BINH, "phone": PHONE}
    order = {"source": "shop", "external_id": "G-1", "total": 5, "recipient": recipient}
    assert caller.post("/orders", order).status == 200
    known = {"external_customer_id": "77", "name": BINH}
    told = world.admin.post("/orders", {**order, "customer": known})
    world.run()
    erase(world, told.body["profile_id"])
    assert traces(world, *WORDS) == []


def test_keys_of_the_search_of_two_workers_at_once_end(world: World) -> None:
    one = customer("Hoàng Quyên", phones=("0912345678",))
    read = store.get_many
    turns = iter((True,))

    def meanwhile(model: Any, keys: Any, **more: Any) -> Any:
        found = read(model, keys, **more)
        if model is Profile and next(turns, False):
            body = {"name": "Mai Lan", "phones": ["0987650000"]}
            assert world.admin.patch(f"/profiles/{one}", body).status == 200
            world.run()
        return found

    with patch.object(store, "get_many", meanwhile):
        search.write([one])
    world.run()
    assert names(world, q="Quyên") == []
    assert names(world, q="mai lan") == ["Mai Lan"]
    erase(world, one)
    assert traces(world, "quyen", "912345678", "987650000", "mai+") == []


def test_a_box_ticked_during_an_erasure_is_nobodys_any_more(world: World) -> None:
    keys = {"widget_key": "pk_quyen", "secret": "site-secret"}
    assert world.connect("web_form", "site-1", keys)
    proof = hmac.new(b"site-secret", b"kh-1", "sha256").hexdigest()
    signed = {"widget_key": "pk_quyen", "identifier": "kh-1", "identifier_hash": proof}

    def sends(**more: Any) -> None:
        body = json.dumps({**signed, **more}).encode()
        headers = {"Origin": "https://shop.example.vn"}
        assert world.webhook("website/site-1", body, headers) == 200
        world.run()

    sends(name=BINH)
    (one,) = world.list("/profiles")
    by_box = agreeing.by_box
    erased: list[str] = []

    def erased_first(*args: Any) -> list[store.Write]:
        writes = by_box(*args)
        if not erased:
            erased.append(ask(world, one["id"], "erase")["id"])
            Outside().run(work, erased[0])  # by no right of the function it interrupts
        return writes

    with patch.object(agreeing, "by_box", erased_first):
        sends(consent=True)
    world.run()
    world.pump.retry()
    assert request(world, erased[0])["status"] == "done"
    assert consent.statements(one["id"]) == []


def test_erased_people_stay_strangers_after_a_restore(world: World) -> None:
    """Every erased person's tickets stay under their own number, whoever else was erased."""
    world.zalo("Cho hỏi phí giao hàng về Huế ạ", user="one")
    world.zalo("Áo khoác còn size L không shop", user="other")
    world.run()
    before = {one["id"]: one["profile_id"] for one in world.tickets()}
    backup = Snapshot.of(world.cloud)
    ids = [
        profile for one in before.values() for profile in erase(world, one)["proof"]["profile_ids"]
    ]
    _restored(world, ids, backup, in_place=True)
    assert {one["id"]: one["profile_id"] for one in world.tickets()} == before
