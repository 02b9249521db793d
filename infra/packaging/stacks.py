"""One CloudFormation stack: what would change, change it, and say how it goes.

Called by `deploy`. Everything goes through change sets, also the first
creation, so that what `--dry-run` shows is exactly what a deployment executes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

Progress = Callable[[str], None]

POLL = 2.0  # seconds between looks at a stack on AWS

# Roles without names of their own, and transforms (SAM, LanguageExtensions).
CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")

_NOTHING = ("didn't contain changes", "No updates are to be performed", "contains no changes")


class StackFailed(RuntimeError):
    """CloudFormation refused a change or rolled it back; the message holds its reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One resource that would be added, modified or removed."""

    action: str
    resource: str
    kind: str
    replaced: bool

    def __str__(self) -> str:
        sign = {"Add": "+", "Modify": "~", "Remove": "-"}.get(self.action, "?")
        note = "  (REPLACED: the old one goes)" if self.replaced else ""
        return f"  {sign} {self.resource}  {self.kind}{note}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """A change set that waits to be executed or discarded; empty when nothing changes."""

    stack: str
    name: str
    creates: bool
    changes: tuple[Change, ...]


def status(cloudformation: Any, stack: str) -> str | None:
    """The stack's status, None when there is no such stack."""
    found = _describe(cloudformation, stack)
    return None if found is None else str(found["StackStatus"])


def outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    """Output → value; empty when there is no such stack."""
    found = _describe(cloudformation, stack) or {}
    return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}


def propose(
    cloudformation: Any, stack: str, *, template_url: str, parameters: Mapping[str, str]
) -> ChangeSet:
    """Make a change set that brings `stack` to the template.

    Parameters that are not given keep the value they have.

    Raises:
        StackFailed: the stack is in a state that takes no change, or the template is refused.
    """
    found = _settle(cloudformation, stack)
    creates = found is None or found["StackStatus"] == "REVIEW_IN_PROGRESS"
    name = f"deploy-{time.time_ns()}"
    try:
        cloudformation.create_change_set(
            StackName=stack,
            ChangeSetName=name,
            ChangeSetType="CREATE" if creates else "UPDATE",
            TemplateURL=template_url,
            Capabilities=list(CAPABILITIES),
            Parameters=_parameters(parameters, found if not creates else None),
        )
    except ClientError as error:
        if _says_nothing_changes(str(error)):
            return ChangeSet(stack=stack, name="", creates=creates, changes=())
        raise
    return _ready(cloudformation, stack, name=name, creates=creates)


def discard(cloudformation: Any, proposed: ChangeSet) -> None:
    """Remove a change set, and the empty shell of a stack that it made."""
    if proposed.creates and status(cloudformation, proposed.stack) == "REVIEW_IN_PROGRESS":
        cloudformation.delete_stack(StackName=proposed.stack)
    elif proposed.name:
        cloudformation.delete_change_set(StackName=proposed.stack, ChangeSetName=proposed.name)


def execute(
    cloudformation: Any, proposed: ChangeSet, *, progress: Progress, poll: float = POLL
) -> dict[str, str]:
    """Carry a change set out, report every resource as it is done, return the outputs.

    Raises:
        StackFailed: with the reasons of each resource that failed.
    """
    if not proposed.changes:
        discard(cloudformation, proposed)
        progress(f"{proposed.stack}: nothing to change")
        return outputs(cloudformation, proposed.stack)
    since = {event["EventId"] for event in _events(cloudformation, proposed.stack)}
    cloudformation.execute_change_set(StackName=proposed.stack, ChangeSetName=proposed.name)
    watch = _Watch(cloudformation, proposed, seen=since, progress=progress)
    while not (ended := watch.look()):
        time.sleep(poll)
    if ended not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise StackFailed(f"{proposed.stack} ended as {ended}:\n" + "\n".join(watch.reasons))
    return outputs(cloudformation, proposed.stack)


class _Watch:
    """Follows the events of one execution."""

    def __init__(
        self, cloudformation: Any, proposed: ChangeSet, *, seen: set[str], progress: Progress
    ) -> None:
        self._cloudformation, self._proposed = cloudformation, proposed
        self._seen, self._progress = seen, progress
        self._done: set[str] = set()
        self.reasons: list[str] = []

    def look(self) -> str | None:
        """Report what is new; the stack's status once it has come to rest."""
        found = status(self._cloudformation, self._proposed.stack) or "DELETE_COMPLETE"
        events = list(_events(self._cloudformation, self._proposed.stack))
        for event in reversed([one for one in events if one["EventId"] not in self._seen]):
            self._seen.add(event["EventId"])
            self._report(event)
        moving = found.endswith("_IN_PROGRESS") and "COMPLETE_CLEANUP" not in found
        if moving:
            return None
        return found.replace("_COMPLETE_CLEANUP_IN_PROGRESS", "_COMPLETE")

    def _report(self, event: dict[str, Any]) -> None:
        state, resource = event["ResourceStatus"], event["LogicalResourceId"]
        if resource == self._proposed.stack:
            return
        if state.endswith("_COMPLETE"):
            self._done.add(resource)
            total = len(self._proposed.changes)
            self._progress(f"  [{min(len(self._done), total)}/{total}] {resource} {state.lower()}")
        if state.endswith("_FAILED"):
            reason = f"  {resource}: {event.get('ResourceStatusReason', state)}"
            self.reasons.append(reason)
            self._progress(reason)


def _settle(cloudformation: Any, stack: str) -> dict[str, Any] | None:
    """The stack as it is, after clearing away a creation that failed."""
    found = _describe(cloudformation, stack)
    state = "" if found is None else found["StackStatus"]
    if state == "ROLLBACK_COMPLETE":  # holds nothing, and takes no update
        cloudformation.delete_stack(StackName=stack)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack)
        return None
    if state.endswith("_IN_PROGRESS") and state != "REVIEW_IN_PROGRESS":
        raise StackFailed(f"{stack} is being changed already ({state}); try again when it is done")
    if state.endswith("_FAILED"):
        raise StackFailed(f"{stack} is stuck in {state}: see its events, then repair or delete it")
    return found


def _parameters(given: Mapping[str, str], existing: dict[str, Any] | None) -> list[dict[str, Any]]:
    kept = [one["ParameterKey"] for one in (existing or {}).get("Parameters", [])]
    return [
        *({"ParameterKey": key, "ParameterValue": value} for key, value in given.items()),
        *({"ParameterKey": key, "UsePreviousValue": True} for key in kept if key not in given),
    ]


def _ready(cloudformation: Any, stack: str, *, name: str, creates: bool) -> ChangeSet:
    while True:
        found = cloudformation.describe_change_set(StackName=stack, ChangeSetName=name)
        if found["Status"] in ("CREATE_COMPLETE", "FAILED"):
            break
        time.sleep(0.5)
    reason = found.get("StatusReason", "")
    changes = tuple(_changes(cloudformation, found))
    proposed = ChangeSet(stack=stack, name=name, creates=creates, changes=changes)
    if found["Status"] == "FAILED" and not _says_nothing_changes(reason):
        discard(cloudformation, proposed)
        raise StackFailed(f"{stack}: the change is refused: {reason}")
    return proposed


def _changes(cloudformation: Any, page: dict[str, Any]) -> Iterator[Change]:
    """Every change of a change set, page by page."""
    while True:
        for one in page.get("Changes", []):
            resource = one["ResourceChange"]
            yield Change(
                action=resource["Action"],
                resource=resource["LogicalResourceId"],
                kind=resource["ResourceType"],
                replaced=resource.get("Replacement") == "True",
            )
        if not page.get("NextToken"):
            return
        page = cloudformation.describe_change_set(
            StackName=page["StackName"],
            ChangeSetName=page["ChangeSetName"],
            NextToken=page["NextToken"],
        )


def _events(cloudformation: Any, stack: str) -> Iterator[dict[str, Any]]:
    """The newest hundred or so events, newest first: enough between two looks."""
    if status(cloudformation, stack) is not None:
        yield from cloudformation.describe_stack_events(StackName=stack)["StackEvents"]


def _describe(cloudformation: Any, stack: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return found


def _says_nothing_changes(reason: str) -> bool:
    return any(words in reason for words in _NOTHING)
