"""What the routes by which a user of a mini app is proved take and show (`mini_app_api`)."""

from __future__ import annotations

from pydantic import Field

from ..platform.http import Instant, View

#: What Zalo gives an app is sent on in headers: printable ASCII.
OPAQUE = r"^[!-~]{1,2000}$"


class SignIn(View):
    """`access_token`: the user's, from the SDK's `getAccessToken`."""

    access_token: str = Field(pattern=OPAQUE)


class SessionView(View):
    """The token says who the user is, here and nowhere else, until `ends_at`."""

    token: str
    ends_at: Instant
    name: str | None


class PhoneCode(View):
    """`token`: of the session. `code`: from the SDK's `getPhoneNumber`; it is good once."""

    token: str = Field(min_length=1, max_length=2000)
    access_token: str = Field(pattern=OPAQUE)
    code: str = Field(pattern=OPAQUE)


class PhoneView(View):
    """The phone Zalo has vouched for (E.164)."""

    phone: str
