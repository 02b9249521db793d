"""Brings a stage to AWS, or to the local engine: infrastructure stack first, then the app's.

`infra/deploy STAGE` runs it as a program; `infra/up` calls `deploy_infrastructure`
and, with `--deployed`, `deploy`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ProfileNotFound,
)

from infra import names
from infra.packaging import cloud as clouds
from infra.packaging import config, stacks
from infra.packaging.cloud import Cloud, NoRegion
from infra.packaging.package import Package, PackagingFailed, Progress, package
from infra.packaging.permissions import NoPermissions
from infra.packaging.template import read
from infra.packaging.wiring import UnknownSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked for. `parameters` go to the infrastructure template; those not given stay.

    `given` is the deployer's environment, of which `config.PASSED_ON` reaches the functions.
    """

    stage: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    architecture: str = "x86_64"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Where the stage answers, and every output of both stacks."""

    base_url: str  # without a slash at its end
    bucket: str
    infrastructure: Mapping[str, str]
    app: Mapping[str, str]


def deploy_infrastructure(
    cloud: Cloud, plan: Plan, *, progress: Progress = print
) -> dict[str, str]:
    """Create or update tables, queues, bucket, key and alarms; return the stack's outputs.

    Does nothing when nothing changed. Raises `stacks.StackFailed`.
    """
    progress(f"infrastructure stack {names.infra_stack(plan.stage)}")
    proposed = _propose_infrastructure(cloud, plan, progress)
    return stacks.execute(cloud.cloudformation, proposed, progress=progress, poll=_poll(cloud))


def deploy(cloud: Cloud, plan: Plan, *, progress: Progress = print) -> Outputs:
    """Deploy both stacks of a stage and return where it answers.

    Raises:
        stacks.StackFailed: CloudFormation refused or rolled back.
        PackagingFailed, NoPermissions: the application does not package.
    """
    infrastructure = deploy_infrastructure(cloud, plan, progress=progress)
    packaged = _package(cloud, plan, infrastructure, progress)
    progress(f"application stack {names.app_stack(plan.stage)}")
    proposed = _propose_app(cloud, packaged, progress)
    app = stacks.execute(cloud.cloudformation, proposed, progress=progress, poll=_poll(cloud))
    return Outputs(
        base_url=_base_url(cloud, app),
        bucket=infrastructure["BucketName"],
        infrastructure=infrastructure,
        app=app,
    )


def preview(cloud: Cloud, plan: Plan, *, progress: Progress = print) -> None:
    """Print what `deploy` would change in both stacks, and change nothing.

    It does upload templates and packages (a change set needs them) and removes
    its change sets again.
    """
    proposed = _propose_infrastructure(cloud, plan, progress)
    _show(proposed, progress)
    existing = stacks.outputs(cloud.cloudformation, names.infra_stack(plan.stage))
    stacks.discard(cloud.cloudformation, proposed)
    packaged = _package(cloud, plan, existing, progress)
    if proposed.creates:
        # Its imports do not exist yet, so CloudFormation could not compare it.
        _show_new(packaged, progress)
        return
    try:
        app = _propose_app(cloud, packaged, progress)
    except stacks.StackFailed as refused:
        progress(f"{refused}\n(an import of what the infrastructure stack is yet to export?)")
        return
    _show(app, progress)
    stacks.discard(cloud.cloudformation, app)


def _propose_infrastructure(cloud: Cloud, plan: Plan, progress: Progress) -> stacks.ChangeSet:
    names.check_stage(plan.stage)
    bucket = clouds.ensure_artifact_bucket(cloud, progress)
    text = names.INFRA_TEMPLATE.read_text(encoding="utf-8")
    stage = {"Prefix": names.prefix(plan.stage), "Stage": plan.stage}
    return stacks.propose(
        cloud.cloudformation,
        names.infra_stack(plan.stage),
        template_url=clouds.upload_template(cloud, bucket, text),
        parameters={**plan.parameters, **stage},
    )


def _package(
    cloud: Cloud, plan: Plan, infrastructure: Mapping[str, str], progress: Progress
) -> Package:
    return package(
        plan.stage,
        region=cloud.region,
        given={**_issuer(infrastructure), **plan.given},
        architecture=plan.architecture,
        progress=progress,
    )


def _issuer(infrastructure: Mapping[str, str]) -> dict[str, str]:
    """The stage's own user pool as the issuer whose tokens the API takes, if it has one."""
    if "UserPoolIssuer" not in infrastructure:
        return {}
    return {
        "OIDC_ISSUER": infrastructure["UserPoolIssuer"],
        "OIDC_AUDIENCE": infrastructure["UserPoolClientId"],
        "OIDC_ROLE_CLAIM": "cognito:groups",
    }


def _propose_app(cloud: Cloud, packaged: Package, progress: Progress) -> stacks.ChangeSet:
    bucket = clouds.ensure_artifact_bucket(cloud, progress)
    places = {
        f"./{archive.name}": clouds.upload_archive(cloud, bucket, archive, progress)
        for archive in (packaged.code, packaged.layer)
    }
    template = read(packaged.template)
    for resource in template["Resources"].values():
        for key in ("CodeUri", "ContentUri"):
            if key in resource.get("Properties", {}):
                resource["Properties"][key] = places[resource["Properties"][key]]
    return stacks.propose(
        cloud.cloudformation,
        names.app_stack(packaged.stage),
        template_url=clouds.upload_template(cloud, bucket, json.dumps(template)),
        parameters={},
    )


def _base_url(cloud: Cloud, app: Mapping[str, str]) -> str:
    """AWS's own address, or the engine's path form of the same API."""
    if cloud.is_aws:
        return app["EndpointURL"].rstrip("/")
    return f"{cloud.endpoint}/_aws/execute-api/{app['RestAPIId']}/{config.API_STAGE}"


def _operate(cloud: Cloud, plan: Plan, outputs: Outputs, command: str) -> None:
    """Run a command of `infra.operations` as a process that sees the stage as functions do."""
    environment = config.environment(plan.stage, plan.given) | {
        "BUCKET": outputs.bucket,
        "AWS_DEFAULT_REGION": cloud.region,
    }
    words = [sys.executable, "-m", "infra.operations", command]
    subprocess.run(words, check=True, cwd=names.ROOT, env=dict(os.environ) | environment)


def _poll(cloud: Cloud) -> float:
    return stacks.POLL if cloud.is_aws else 0.2


def _show(proposed: stacks.ChangeSet, progress: Progress) -> None:
    kind = "would be created" if proposed.creates else "would change"
    count = len(proposed.changes)
    progress(f"{proposed.stack} {kind}: {count} resources" if count else f"{proposed.stack}: as is")
    for change in sorted(proposed.changes, key=lambda one: (one.kind, one.resource)):
        progress(str(change))


def _show_new(packaged: Package, progress: Progress) -> None:
    resources = read(packaged.template)["Resources"]
    progress(f"{names.app_stack(packaged.stage)} would be created: {len(resources)} resources")
    for name, resource in sorted(resources.items(), key=lambda one: (one[1]["Type"], one[0])):
        progress(f"  + {name}  {resource['Type']}")


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="infra/deploy", description="Deploy a stage: its data and queues, then its functions."
    )
    parser.add_argument("stage", help="1 to 16 of a-z, 0-9 and '-'; `prod` keeps its data")
    parser.add_argument("--dry-run", action="store_true", help="print what would change, no more")
    parser.add_argument(
        "--admin-token", action="store_true", help="issue and print an admin token at the end"
    )
    parser.add_argument("--region", help="AWS region; otherwise the environment's or profile's")
    parser.add_argument("--alarm-email", help="address that alarms are mailed to")
    parser.add_argument("--user-pool", action="store_true", help="make a Cognito user pool")
    parser.add_argument(
        "--architecture",
        choices=("x86_64", "arm64"),
        default="x86_64",
        help="processor of the functions; arm64 costs less a second (default: x86_64)",
    )
    return parser.parse_args(words)


def _plan(words: argparse.Namespace) -> Plan:
    parameters = {"AlarmEmail": words.alarm_email, "WithUserPool": words.user_pool and "true"}
    return Plan(
        stage=names.check_stage(words.stage),
        parameters={name: value for name, value in parameters.items() if value},
        given=dict(os.environ),
        architecture=words.architecture,
    )


def main(words: list[str]) -> int:
    """Run the command; the exit status. Errors are one paragraph, no traceback."""
    arguments = _arguments(words)
    try:
        plan = _plan(arguments)
        cloud = clouds.connect(arguments.region)
        print(f"stage {plan.stage} in account {cloud.account}, region {cloud.region}", flush=True)
        if arguments.dry_run:
            preview(cloud, plan, progress=_say)
        else:
            outputs = deploy(cloud, plan, progress=_say)
            _operate(cloud, plan, outputs, "defaults")
            if arguments.admin_token:
                _operate(cloud, plan, outputs, "admin-token")
            print(f"base URL: {outputs.base_url}")
    except (NoCredentialsError, ProfileNotFound) as error:
        print(f"infra/deploy: {error}. {_CREDENTIALS}", file=sys.stderr)
        return 1
    except _REFUSALS as error:
        print(f"infra/deploy: {error}", file=sys.stderr)
        return 1
    return 0


_CREDENTIALS = (
    "Name a profile of ~/.aws (AWS_PROFILE=name infra/deploy …) or set AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY, with AWS_SESSION_TOKEN when they are temporary."
)

# What a person at the keyboard can mend: stage, region, credentials, rights, the app itself.
_REFUSALS = (
    names.BadStage,
    NoRegion,
    NoPermissions,
    PackagingFailed,
    UnknownSource,
    stacks.StackFailed,
    BotoCoreError,
    ClientError,
    subprocess.CalledProcessError,
)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
