"""The packaged application in the engine's API Gateway and Lambda: what ships does run.

One test, because one deployment takes half a minute.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import eventually
from .product import running

pytestmark = pytest.mark.engine


def test_what_ships_deploys_runs_and_changes_over(tmp_path: Path) -> None:
    with running(tmp_path, "--deployed", "--workers", "2") as product:
        assert product.say(1, "Cho hỏi đơn giao tới đâu DEPLOYED", message="1").status == 200
        assert product.say(1, "Cho hỏi TAMPERED", message="2", tampered=True).status == 401
        preflight = product.http.request("OPTIONS", "/v1/tickets", {"Origin": "https://example.vn"})
        assert preflight.headers["access-control-allow-origin"] == "*"
        eventually(lambda: any(one["agent_id"] for one in product.tickets("DEPLOYED")), seconds=60)
        (ticket,) = product.tickets("DEPLOYED")

        product.down()
        product.up()  # the other way, on the same data
        assert product.say(1, "Cho hỏi thêm một chút ạ", message="3").status == 200
        eventually(lambda: len(product.messages(ticket["id"])) == 2)
