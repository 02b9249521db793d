"""What web pages are served: scripts, hosted pages, the code to embed."""

from __future__ import annotations

import html
import json
import re
from types import SimpleNamespace

import pytest
from chalice.test import Client, HTTPResponse

from app import app
from chalicelib.channels.pages import scripts
from chalicelib.platform.ownaddress import own_address
from tests.world import World

NAMES = ["live-chat.js", "form.js"]
#: What turns text into markup or code.
MARKUP = ("innerHTML", "outerHTML", "insertAdjacent", "eval(", "Function(", "document.write")


def get(path: str, **headers: str) -> HTTPResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with Client(app) as client:
        return client.http.get(path, headers=named)


@pytest.mark.parametrize("name", NAMES)
def test_a_script_is_whole_and_kept_by_browsers(name: str) -> None:
    answer = get(f"/widget/{name}")
    text = answer.body.decode()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "max-age=3600" in answer.headers["Cache-Control"]
    assert '"@' not in text
    assert "Gửi" in text
    again = get(f"/widget/{name}", If_None_Match=answer.headers["ETag"])
    assert (again.status_code, again.body) == (304, b"")


@pytest.mark.parametrize("name", NAMES)
def test_a_script_sets_no_markup_and_runs_no_text(name: str) -> None:
    code = (scripts.FOLDER / scripts.SCRIPTS[name][0]).read_text(encoding="utf-8")
    for forbidden in MARKUP:
        assert forbidden not in code, forbidden
    assert not re.search(r"https?://(?!HOST|www\.w3\.org/2000/svg)", code)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_say_everything_the_script_says(name: str) -> None:
    code, texts = (
        (scripts.FOLDER / one).read_text(encoding="utf-8") for one in scripts.SCRIPTS[name][:2]
    )
    told = json.loads(texts)
    assert told["vi"].keys() == told["en"].keys()
    assert set(re.findall(r"\b(?:T|texts)\.(\w+)", code)) <= told["vi"].keys()


@pytest.mark.parametrize("path", ["/widget/other.js", "/widget/..%2Fadapter.py", "/store/nobody"])
def test_what_is_not_there_is_a_404(world: World, path: str) -> None:
    assert get(path).status_code == 404


def test_a_shop_s_page_names_the_shop_as_text(world: World) -> None:
    name = "Quận 1 <script>alert(1)</script>"
    world.connect("store", "quan-1", {}, settings={"title": name})
    answer = get("/store/quan-1")
    page = answer.body.decode()
    assert answer.status_code == 200
    assert html.escape(name) in page
    assert name not in page
    assert 'data-kind="store"' in page
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_code_to_embed_carries_what_is_public(world: World) -> None:
    form = world.connect("web_form", "shop", {"widget_key": "pk", "secret": "s3cret"})
    told = world.admin.get(f"/channel-accounts/{form}/embed").body
    assert re.fullmatch(
        r'<script src="\w+://[^"/]*/widget/form.js" data-site="shop" data-key="pk" async></script>',
        told["html"],
    )
    assert told["page"].endswith("/form/shop")
    assert get("/form/shop").status_code == 200
    chat = world.connect("live_chat", "shop", {"secret": "s3cret"})
    told = world.admin.get(f"/channel-accounts/{chat}/embed").body
    assert "/widget/live-chat.js" in told["html"]
    assert told["page"] is None
    zalo = world.list("/channel-accounts", channel="zalo_oa")[0]["id"]
    assert world.admin.get(f"/channel-accounts/{zalo}/embed").status == 404


@pytest.mark.parametrize(
    ("stage", "address"),
    [("/api", "https://x.execute-api.example/api"), ("", "https://x.execute-api.example")],
)
def test_our_own_address_is_the_one_that_was_called(stage: str, address: str) -> None:
    context = {
        "path": f"{stage}/v1/channel-accounts/1/embed",
        "resourcePath": "/v1/channel-accounts/{account_id}/embed",
    }
    headers = {"host": "x.execute-api.example", "x-forwarded-proto": "https"}
    request = SimpleNamespace(context=context, headers=headers)
    assert own_address(request) == address


def test_what_is_left_in_a_shop_becomes_a_ticket_of_the_shop(world: World) -> None:
    world.connect("store", "quan-1", {})
    body = json.dumps({"message": "Góp ý: nhân viên rất nhiệt tình", "client_id": "1"}).encode()
    assert world.webhook("store/quan-1", body, {}) == 200
    world.run()
    ticket = world.ticket()
    assert (ticket["source"], ticket["channel"]) == ("store", "store")


def test_staff_enter_what_a_customer_asks_for_once(world: World) -> None:
    world.connect("store", "quan-1", {})
    lan = world.agent("Lan")
    asked = {"message": "Khách muốn đổi size áo", "name": "Trần Thị Bưởi", "client_id": "quay-2-17"}
    for _ in range(2):
        assert lan.post("/stores/quan-1/requests", asked).status == 202
    world.run()
    assert len(world.messages(world.ticket()["id"])) == 1
    assert lan.post("/stores/nobody/requests", asked).status == 404
    assert lan.post("/stores/quan-1/requests", {**asked, "message": " "}).status == 422
