"""Shapes that the views of this slice share: codes, money, instants, batches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ..language.text import one_line
from ..platform.clock import iso
from ..platform.http import View
from .people import Customer
from .rules import MOST_MONEY

Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(one_line)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
ExternalId = Annotated[str, Field(pattern=r"^[!-~]{1,120}$")]
Sku = Annotated[str, Field(pattern=r"^[!-~]([ -~]{0,78}[!-~])?$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Money = Annotated[int, Field(strict=True, ge=0, le=MOST_MONEY)]


class CustomerTold(View):
    """Whose it is: our `profile_id`, or what the shop knows of its customer.

    `phone_verified`: the source vouches for the phone, so it proves who they are.
    """

    profile_id: Annotated[str, Field(pattern=r"^[!-~]{1,64}$")] | None = None
    external_customer_id: ExternalId | None = None
    name: Line | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    phone_verified: bool = False
    email: Annotated[str, Field(max_length=254)] | None = None
    email_verified: bool = False
    address: Annotated[str, Field(max_length=500)] | None = None

    def customer(self) -> Customer:
        """The same as the flows take it."""
        return Customer(**self.model_dump())


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a body as flows and items hold them: instants as texts."""
    return {
        name: iso(value) if isinstance(value, datetime) else value for name, value in values.items()
    }
