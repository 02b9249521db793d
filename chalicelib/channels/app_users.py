"""Users of a Zalo Mini App, proved by Zalo itself; called by `intake.mini_app_api`.

The app's front end hands over what Zalo gave it (an access token, a code for the phone). Both
are worth nothing until Zalo has said here whose they are. A sandbox account asks nobody but a
stand-in on this machine.
"""

from __future__ import annotations

from collections.abc import Callable

from ..platform.errors import AppError, Conflict, Invalid, Transient, Unauthenticated
from ..platform.log import count, logger
from . import outside, rules
from .base import Account
from .flows import Connected
from .model import SANDBOX
from .sending import HttpRequest, HttpResponse, Outcome, SendResult
from .zalo_mini_app import calls, codes
from .zalo_mini_app.adapter import ADAPTER
from .zalo_mini_app.calls import AppUser


class TokenRefused(Unauthenticated):
    code, title = "zalo_token_refused", "Zalo does not accept the access token: get a new one"


class NotTheirToken(Unauthenticated):
    code, title = "zalo_token_of_another", "The access token is of another user"


class PhoneRefused(Invalid):
    code, title = "phone_code_refused", "Zalo gives no phone for this code: get a new one"


class AppSecretRefused(Conflict):
    """Ours to mend: app and secret do not belong together, or no secret is stored."""

    code, title = "app_secret_refused", "Zalo does not accept the app's secret"


class ZaloSilent(Transient):
    code, title = "zalo_did_not_answer", "Zalo did not answer: try again later"


class AsksNobody(Conflict):
    code, title = "sandbox_asks_nobody", "A sandbox account does not ask Zalo"


def prove(connected: Connected, access_token: str) -> AppUser:
    """Whose an access token is.

    Raises `TokenRefused`, `AppSecretRefused`, `ZaloSilent`, `AsksNobody`.
    """
    account = connected.account
    answer = _asked(
        connected,
        lambda secret: calls.user_request(account, secret, access_token),
        TokenRefused(field="access_token"),
    )
    user = calls.user_of(answer, account)
    if user is None:
        raise ZaloSilent(codes.REASONS[Outcome.RETRY])
    return user


def phone_of(
    connected: Connected, visitor: str, access_token: str, code: str
) -> tuple[AppUser, str]:
    """The phone of the user a session is of (E.164), and who they are.

    Zalo's answer names no user, and a code is bound to the token it was made with: so the
    token must be the visitor's own. Raises `NotTheirToken`, `PhoneRefused`, and as `prove`.
    """
    user = prove(connected, access_token)
    if user.id != visitor:
        raise NotTheirToken(codes.NOT_THEIRS, field="access_token")
    answer = _asked(
        connected,
        lambda secret: calls.phone_request(connected.account, secret, access_token, code),
        PhoneRefused(codes.REASONS[Outcome.PERMANENT], field="code"),
    )
    number = calls.phone_of(answer)
    if number is None:
        raise PhoneRefused(codes.NO_PHONE, field="code")
    return user, number


def _asked(
    connected: Connected, request: Callable[[str], HttpRequest], refused: AppError
) -> HttpResponse:
    """Zalo's answer, by the newest secret of the app that it accepts."""
    result = SendResult(outcome=Outcome.REAUTH)
    for secret in _secrets(connected.account):
        asking = request(secret)
        # Nothing leaves the machine for a sandbox account.
        if connected.mode == SANDBOX and not rules.may_be_called(asking.url, frozenset()):
            raise AsksNobody(codes.SANDBOX)
        answer = outside.call(ADAPTER, asking)
        result = ADAPTER.classify(answer)
        if result.outcome is Outcome.SENT:
            return answer
        if result.outcome is not Outcome.REAUTH:
            break
    count("mini_app_asked_in_vain", outcome=result.outcome.value)
    logger.warning(
        "zalo refused",
        extra={"account": connected.account.id, "code": result.code, "outcome": result.outcome},
    )
    raise _refusal(result, refused)


def _secrets(account: Account) -> list[str]:
    secrets = [secret for secret in account.secrets("app_secret") if secret]
    if not secrets:
        raise AppSecretRefused(codes.NO_SECRET)
    return secrets


def _refusal(result: SendResult, refused: AppError) -> AppError:
    """What an answer that is none is told as; `refused`: where what the user gave is at fault."""
    known: dict[Outcome, AppError] = {
        Outcome.REAUTH: AppSecretRefused(result.reason),
        Outcome.RETRY: ZaloSilent(result.reason),
    }
    return known.get(result.outcome, refused)
