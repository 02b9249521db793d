"""The API of a running `infra/up` against the document it serves, over real connections."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis

from chalicelib.platform.http import Route
from tests.truth import Tried, hold, tries

from .conftest import eventually
from .product import running

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tried]:
    with running(tmp_path_factory.mktemp("truth")) as product:
        assert product.say(1, "Cho mình hỏi giá áo khoác ạ TRUTH", message="truth").status == 200
        eventually(lambda: any(one["agent_id"] for one in product.tickets("TRUTH")))
        (ticket,) = product.tickets("TRUTH")
        yield Tried(
            schema=schemathesis.openapi.from_url(f"{product.env['BASE_URL']}/v1/openapi.json"),
            known={
                "ticket_id": [ticket["id"]],
                "profile_id": [ticket["profile_id"]],
                "agent_id": [one["id"] for one in product.api.items("/agents")],
                "department_id": ["customer_care", "logistics"],
            },
            token=product.env["ADMIN_TOKEN"],
        )


@pytest.mark.parametrize(("route", "mode"), tries())
def test_no_answer_is_a_crash_or_undocumented(
    tried: Tried, route: Route, mode: schemathesis.GenerationMode
) -> None:
    hold(tried, route, mode)
