"""`--deployed`: the packaged application in the engine, behind its API Gateway and Lambda.

The proof that what ships deploys and runs. What the engine does differently
from AWS is mended here and nowhere else. Called by `up` and `down`.
"""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

from infra import names
from infra.packaging import cloud, deploy, stacks, wiring
from infra.packaging.template import read
from infra.packaging.wiring import Function, Kind

from .engine import REGION, Engine
from .home import Home, read_record, write_record
from .missed import missed
from .streams import record
from .waiting import waiting

Step = Callable[[str], AbstractContextManager[Any]]

READY_SECONDS = 90
DRAIN_SECONDS = 20
INVOKE_TRIES = 5
STACK_SECONDS = 60
DISPATCHED = "dispatched"
FUNCTIONS = "functions"  # record: the wiring of what is deployed


class NotDeployed(RuntimeError):
    """The deployed application does not answer."""


def deploy_into(local: Engine, home: Home, *, workers: int, step: Step) -> str:
    """Package and deploy both stacks, warm so many of the API's workers, catch up.

    Returns the base URL.

    Raises:
        NotDeployed, stacks.StackFailed, PackagingFailed
    """
    with step("packaging and deploying") as note:
        plan = deploy.Plan(stage=names.LOCAL_STAGE, given=dict(os.environ))
        outputs = deploy.deploy(cloud.connect(REGION), plan, progress=_below)
        note("\n    deployed")
    answer_preflights(local, outputs.app["RestAPIId"])
    functions = _functions()
    write_record(home.record(FUNCTIONS), {"wiring": wiring.dump(functions)})
    with step(f"warming {workers} workers"):
        _warm(local, functions, base_url=outputs.base_url, workers=workers)
    with step("dispatching what the last session may have left") as note:
        note(f"looked through {catch_up(local, home, functions)} of its events")
    return outputs.base_url


def _below(line: str) -> None:
    """What `infra/deploy` says, below the title of the step; a dot for each part of it."""
    part = line.lstrip().startswith(("[", "uploading"))
    print("." if part else f"\n    {line.strip()} ", end="", flush=True)


def remove(local: Engine) -> bool:
    """Take the functions out of the engine, or they would work beside the app's own process."""
    cloudformation, stack = local.client("cloudformation"), names.app_stack(names.LOCAL_STAGE)
    if stacks.status(cloudformation, stack) is None:
        return False
    cloudformation.delete_stack(StackName=stack)
    deadline = time.monotonic() + STACK_SECONDS
    while stacks.status(cloudformation, stack) not in (None, "DELETE_COMPLETE"):
        if time.monotonic() > deadline:
            raise stacks.StackFailed(f"{stack} cannot be removed")
        time.sleep(0.1)
    return True


def reset_positions(home: Home) -> None:
    """Set the engine's places in streams to the start, to be called before it starts.

    It keeps them over a restart, but not the streams' records: a mapping would
    wait for records that never come. Without any place a mapping of LATEST
    would skip the first records instead.
    """
    path = home.state / "lambda.json"
    state = read_record(path)
    places = state.get("payload", {}).get("dynamodb_stream_positions", {}).get("data", {})
    if places:
        places.update(dict.fromkeys(places, 0))
        write_record(path, state)


def answer_preflights(local: Engine, api: str) -> None:
    """Give OPTIONS the CORS headers that the template declares: the engine imports none."""
    gateway = local.client("apigateway")
    declared = dict(_preflights())
    for page in gateway.get_paginator("get_resources").paginate(restApiId=api):
        for resource in page["items"]:
            if (headers := declared.get(resource["path"])) is not None:
                gateway.put_integration_response(
                    restApiId=api,
                    resourceId=resource["id"],
                    httpMethod="OPTIONS",
                    statusCode="200",
                    responseParameters=headers,
                )


def catch_up(local: Engine, home: Home, functions: tuple[Function, ...]) -> int:
    """Hand what was written but not dispatched before the last stop to the stream functions."""
    kept, count = read_record(home.record(DISPATCHED)), 0
    lambdas, dynamodb = local.client("lambda"), local.client("dynamodb")
    for function in _of(functions, Kind.STREAM):
        began, table = int(time.time()), str(function.source)
        since = kept.get(table, {}).get("until", 0)
        records = missed(dynamodb, table, since=since)
        arn = f"arn:aws:dynamodb:{REGION}:000000000000:table/{table}/stream/LATEST"
        for start in range(0, len(records), 100):
            batch = [record(one, arn) for one in records[start : start + 100]]
            _invoke(lambdas, function, {"Records": batch})
        count += len(records)
        kept[table] = {"position": "", "until": began}
    write_record(home.record(DISPATCHED), kept)
    return count


def drain(local: Engine, home: Home) -> bool:
    """Wait until no queue holds a visible or running message; note when that was."""
    began = int(time.time())
    deadline, quiet = time.monotonic() + DRAIN_SECONDS, 0
    while quiet < 3 and time.monotonic() < deadline:
        quiet = 0 if waiting(local) else quiet + 1
        time.sleep(0.5)
    if quiet == 3:
        functions = wiring.load(read_record(home.record(FUNCTIONS)).get("wiring", "[]"))
        tables = [str(one.source) for one in _of(functions, Kind.STREAM)]
        marks = {table: {"position": "", "until": began} for table in tables}
        write_record(home.record(DISPATCHED), marks)
    return quiet == 3


def _functions() -> tuple[Function, ...]:
    """The wiring of the packaged application, from its own copy of the source."""
    from infra.packaging.package import functions_of

    project = names.BUILD / names.LOCAL_STAGE / "project"
    stage = {"RESOURCE_PREFIX": names.prefix(names.LOCAL_STAGE), "STAGE": names.LOCAL_STAGE}
    return functions_of(project, env={**os.environ, **stage, "BUCKET": "unused"})


def _of(functions: tuple[Function, ...], kind: Kind) -> list[Function]:
    return [function for function in functions if function.kind is kind]


def _preflights() -> Iterator[tuple[str, dict[str, str]]]:
    """Path → response headers of its OPTIONS method, from the packaged template."""
    template = read(names.BUILD / names.LOCAL_STAGE / "out" / "sam.json")
    paths = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    for path, methods in paths.items():
        if "options" in methods:
            integration = methods["options"]["x-amazon-apigateway-integration"]
            (response,) = integration["responses"].values()
            if headers := response.get("responseParameters"):
                yield path, headers


def _warm(local: Engine, functions: tuple[Function, ...], *, base_url: str, workers: int) -> None:
    """Start workers of the API and one of every queue and stream function."""
    fed, lambdas = _of(functions, Kind.QUEUE) + _of(functions, Kind.STREAM), local.client("lambda")
    with ThreadPoolExecutor(workers) as pool:
        answers = [pool.submit(_healthy, base_url) for _ in range(workers)]
        answers += [pool.submit(_touch, lambdas, one) for one in fed]
        for answer in answers:
            answer.result()


def _healthy(base_url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    said = ""
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{base_url}/v1/health", timeout=30):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            said = str(error)
            time.sleep(0.5)
    raise NotDeployed(f"{base_url}/v1/health: {said}")


def _touch(lambdas: Any, function: Function) -> None:
    """Make a worker import the function; what it says to an empty batch does not matter."""
    name = f"{names.prefix(names.LOCAL_STAGE)}-{function.name}"
    lambdas.invoke(FunctionName=name, Payload=json.dumps({"Records": []}))


def _invoke(lambdas: Any, function: Function, event: dict[str, Any]) -> None:
    name = f"{names.prefix(names.LOCAL_STAGE)}-{function.name}"
    said = ""
    for attempt in range(INVOKE_TRIES):
        answer = lambdas.invoke(FunctionName=name, Payload=json.dumps(event))
        if not answer.get("FunctionError"):
            return
        said = answer["Payload"].read().decode()
        time.sleep(attempt)
    raise NotDeployed(f"{name} failed: {said}")
