"""Plays the chat widget through in chromium, against the whole product on this machine.

    .venv/bin/python -m tests.browser [--pictures DIR]

Page of another origin under a strict CSP; visitor writes; ticket; an agent answers through the
API; the answer shows; the page is loaded again and keeps it all; the badge counts, reading is
told; buttons and a file show, a tapped one answers; a lost connection comes back; after hours a
message is left; a form in the page becomes a ticket. Exits 2 without a chromium, 1 when something
is not so.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from infra.client import checked
from tests.engine.conftest import eventually
from tests.engine.product import Product, running

from . import chrome
from .site import Report, Site, open_site

HOSTILE = "Dạ còn đủ size ạ <img src=x onerror='window.hacked=1'>"
LATER = "Shop giao trong ngày ạ"
NOTE = "Đo vòng ngực, vòng eo".encode()
#: Seconds until chromium has written what a page keeps: pictures are made by another process.
FLUSHED = 6
CLOSED = ["1-7 00:00-00:01"]


def connect(
    product: Product, site: Site, name: str, *, channel: str = "live_chat", **settings: Any
) -> str:
    """An account for the site, and its embed code in the site's page; our own page of it."""
    body = {
        "channel": channel,
        "account_id": name,
        "name": "Cửa hàng áo thun",
        "settings": {"origins": [site.address], **settings},
    }
    account = checked(product.api.call("POST", "/channel-accounts", body))
    code = product.api.get(f"/channel-accounts/{account['id']}/embed")
    site.embedded, site.widget = code["html"], product.env["BASE_URL"]
    return str(code["page"])


def clean(report: Report) -> Report:
    """A report of a page on which nothing went wrong and nothing became markup."""
    assert report["errors"] == [], report
    assert report["hacked"] is False, report
    assert report["markup"] == 0, report
    return report


def answer(product: Product, ticket_id: str, text: str) -> None:
    checked(product.api.call("POST", f"/tickets/{ticket_id}/replies", {"text": text}))


def statuses(product: Product, ticket_id: str) -> dict[str, str]:
    """Text → status of what we answered."""
    said = product.api.items(f"/tickets/{ticket_id}/messages")
    return {one["text"]: one["status"] for one in said if one["direction"] == "out"}


def converse(product: Product, site: Site, folder: Path) -> None:
    """Writes, is answered and reads it; is answered again, loads the page anew, reads that."""
    connect(product, site, "shop-ao-thun", color="#7a1f5c", title="Áo thun xin chào")
    profile = folder / "visitor"
    with chrome.showing(site.page("write"), profile=profile):
        clean(site.hears("written"))
        eventually(lambda: product.tickets("size M"))
        (ticket,) = product.tickets("size M")
        answer(product, ticket["id"], HOSTILE)
        told = clean(site.hears("answered"))
        assert {"ours": True, "text": HOSTILE} in [
            {"ours": one["ours"], "text": one["text"].split(": ", 1)[-1][: len(HOSTILE)]}
            for one in told["lines"]
        ], told
        assert told["focus"] == "TEXTAREA"
        eventually(lambda: statuses(product, ticket["id"])[HOSTILE] == "read")
        answer(product, ticket["id"], LATER)
        eventually(lambda: statuses(product, ticket["id"])[LATER] == "sent")
        site.go.set()
        counted = clean(site.hears("counted"))
        assert counted["badge"] == "1", counted
        assert "chưa đọc" in counted["label"]
        read = clean(site.hears("read"))
        assert [one["ours"] for one in read["lines"]] == [True, False, True, True], read
        eventually(lambda: statuses(product, ticket["id"])[LATER] == "read")
        time.sleep(FLUSHED)


def choose(product: Product, site: Site, folder: Path) -> None:
    """Is offered buttons, a page and a file; the tapped button comes back with its value."""
    with chrome.showing(site.page("choose"), profile=folder / "chooser"):
        eventually(lambda: product.tickets("đơn vừa đặt"))
        (ticket,) = product.tickets("đơn vừa đặt")
        brought = checked(product.api.call("POST", "/media"))
        put = Request(brought["url"], data=NOTE, method=brought["method"])
        with urlopen(put, timeout=20) as answered:
            assert answered.status == 200
        body = {
            "text": "Bạn muốn làm gì ạ?",
            "choices": [
                {"title": "Đổi size", "value": "size"},
                {"title": "Hủy đơn", "value": "cancel"},
                {"title": "Bảng size", "url": "https://shop.example/size"},
            ],
            "media": [{"id": brought["id"], "name": "Hướng dẫn đo.txt"}],
        }
        checked(product.api.call("POST", f"/tickets/{ticket['id']}/replies", body))
        told = clean(site.hears("chosen"))
        time.sleep(FLUSHED)
    assert told["buttons"] == ["Đổi size", "Hủy đơn"], told
    assert told["page"] == "https://shop.example/size", told
    assert "Hướng dẫn đo.txt (1 KB)" in told["file"], told
    assert told["rel"] == "noopener noreferrer", told
    with urlopen(told["address"], timeout=20) as answered:
        assert answered.read() == NOTE
    said = f"/tickets/{ticket['id']}/messages"
    eventually(lambda: "size" in [one["postback"] for one in product.api.items(said)])


def reconnect(product: Product, site: Site, folder: Path) -> None:
    """What was written without a connection arrives, once, when there is one."""
    with chrome.showing(site.page("lost"), profile=folder / "traveller"):
        assert "Mất kết nối" in clean(site.hears("lost"))["said"]
        clean(site.hears("found"))
    eventually(lambda: product.tickets("còn ai trực"))
    (ticket,) = product.tickets("còn ai trực")
    assert len(product.messages(ticket["id"])) == 1


def leave(product: Product, site: Site, folder: Path) -> None:
    """After hours a message is left, with how to reach its sender."""
    connect(product, site, "shop-dem", hours=CLOSED)
    with chrome.showing(site.page("leave"), profile=folder / "stranger"):
        left = clean(site.hears("left"))
        assert left["warned"] is True
    eventually(lambda: product.tickets("Gọi lại"))
    (ticket,) = product.tickets("Gọi lại")
    customer = product.api.get(f"/profiles/{ticket['profile_id']}")
    assert "Cúc" in str(customer)


def fill_in(product: Product, site: Site, folder: Path) -> list[str]:
    """A contact form in the site's page; returns our own pages of it and of a shop."""
    hosted = connect(product, site, "form-ao-thun", channel="web_form")
    with chrome.showing(site.page("form"), profile=folder / "stranger"):
        told = clean(site.hears("formed"))
        assert told["warned"] is True
        assert "Cảm ơn" in told["said"]
    eventually(lambda: product.tickets("đổi trả"))
    return [hosted, connect(product, site, "quan-1", channel="store", title="Cửa hàng Quận 1")]


def pictures(site: Site, folder: Path, target: Path) -> None:
    """The page with the chat open and closed."""
    target.mkdir(parents=True, exist_ok=True)
    for who, story in (("visitor", "open"), ("visitor", "look"), ("stranger", "open")):
        picture = target / f"{who}-{story}.png"
        chrome.screenshot(site.page(story), profile=folder / who, target=picture)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--pictures", type=Path, help="a folder for screenshots to look at")
    given = asked.parse_args()
    try:
        chrome.found()
    except chrome.NoBrowser as error:
        print(error, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name, open_site() as site:
        folder = Path(name)
        with running(folder / "home") as product:
            converse(product, site, folder)
            if given.pictures:
                pictures(site, folder, given.pictures)
            choose(product, site, folder)
            if given.pictures:
                target = given.pictures / "choices.png"
                chrome.screenshot(site.page("open"), profile=folder / "chooser", target=target)
            reconnect(product, site, folder)
            leave(product, site, folder)
            if given.pictures:
                pictures(site, folder, given.pictures / "after-hours")
            for number, page in enumerate(fill_in(product, site, folder)):
                target = (given.pictures or folder) / f"page-{number}.png"
                chrome.screenshot(page, profile=folder / "stranger", target=target)
    print("the widget works in a browser")
    return 0


if __name__ == "__main__":
    sys.exit(main())
