"""A small application on the product's own queues and stream, for tests of the local runtime.

Its handlers do what the message says and note what they saw, so a test can tell
what the pumps delivered. Imported by `conftest`, by handler path by the pumps.
"""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from chalice import AuthResponse, Blueprint, Chalice, Response
from chalice.app import AuthRequest, AuthRoute, DynamoDBEvent, SQSEvent

from infra import names

PREFIX = names.prefix(names.LOCAL_STAGE)

bp = Blueprint(__name__)


class Seen:
    """What happened, in order, from all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.entries: list[dict[str, Any]] = []
        self.images: list[str] = []
        self.runs = 0
        self.at_once = 0
        self.most_at_once = 0

    def entry(self, **what: Any) -> None:
        with self._lock:
            self.entries.append(what)

    def image(self, key: str) -> None:
        with self._lock:
            self.images.append(key)

    def enter(self) -> None:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)

    def leave(self) -> None:
        with self._lock:
            self.at_once -= 1


SEEN = Seen()


def _work(event: SQSEvent) -> dict[str, Any]:
    """`{"id", "fail_times", "seconds", "crash"}`: fails its first `fail_times` receipts.

    A failure holds back the rest of its group, as a FIFO worker must.
    """
    SEEN.enter()
    failed: list[str] = []
    blocked: set[str] = set()
    for record in event.to_dict()["Records"]:
        body, group = json.loads(record["body"]), record["attributes"].get("MessageGroupId", "")
        if body.get("crash"):
            SEEN.leave()
            raise RuntimeError("crashed as asked")
        attempt = int(record["attributes"]["ApproximateReceiveCount"])
        time.sleep(body.get("seconds", 0))
        bad = attempt <= body.get("fail_times", 0) or (group and group in blocked)
        if bad:
            blocked.add(group)
            failed.append(record["messageId"])
        SEEN.entry(id=body["id"], group=group, attempt=attempt, done=not bad)
    SEEN.leave()
    return {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}


@bp.on_sqs_message(queue=f"{PREFIX}-inbound.fifo", batch_size=10)
def sample_on_inbound(event: SQSEvent) -> dict[str, Any]:
    return _work(event)


@bp.on_sqs_message(queue=f"{PREFIX}-routing", batch_size=10)
def sample_on_routing(event: SQSEvent) -> dict[str, Any]:
    return _work(event)


@bp.on_dynamodb_record(
    stream_arn=f"arn:aws:dynamodb:REGION:ACCOUNT:table/{PREFIX}-events/stream/LATEST",
    batch_size=100,
)
def dispatch_on_sample(event: DynamoDBEvent) -> None:
    records = [one for one in event.to_dict()["Records"] if one["eventName"] == "INSERT"]
    images = [record["dynamodb"]["NewImage"] for record in records]
    if any("poison" in image for image in images):
        raise RuntimeError("poisoned as asked")
    for image in images:
        SEEN.image(image["sk"]["S"])


@bp.schedule("rate(1 minute)")
def sample_every_minute(event: Any) -> None:
    SEEN.runs += 1


@bp.authorizer()
def sample_authorizer(request: AuthRequest) -> AuthResponse:
    if request.token == "crash":
        raise RuntimeError("Unauthorized")
    routes: list[str | AuthRoute] = ["*"] if request.token == "Bearer good" else []
    return AuthResponse(routes=routes, principal_id="somebody", context={"role": "agent"})


@bp.route("/v1/health", cors=True)
def health() -> dict[str, str]:
    return {"status": "ok"}


@bp.route("/v1/me", authorizer=sample_authorizer, cors=True)
def me() -> dict[str, Any]:
    time.sleep(0.02)  # long enough for another thread to overwrite a shared request
    request = bp.current_request
    return {
        "role": request.context["authorizer"]["role"],
        "query": request.query_params.getlist("q") if request.query_params else [],
        "address": request.context["identity"]["sourceIp"],
    }


@bp.route(
    "/webhooks/{provider}", methods=["POST"], content_types=["application/json", "text/plain"]
)
def webhook(provider: str) -> Response:
    raw: Any = bp.current_request.raw_body or b""
    headers: dict[str, str | list[str]] = {
        "Content-Type": "application/octet-stream",
        "X-Provider": provider,
    }
    return Response(body=bytes(raw), status_code=200, headers=headers)


@bp.route("/v1/head", methods=["HEAD", "GET"])
def head() -> Response:
    return Response(body="body", status_code=200, headers={"Content-Type": "text/plain"})


app = Chalice(app_name="sample", configure_logs=False)
app.register_blueprint(bp)
