"""What the API shows and takes of profiles."""

from __future__ import annotations

from pydantic import Field

from ..platform.http import ListQuery, View
from .model import Identity, Profile


class IdentityView(View):
    kind: str
    account: str
    value: str
    verified: bool
    created_at: str

    @classmethod
    def of(cls, item: Identity) -> IdentityView:
        return cls(
            kind=item.kind,
            account=item.account,
            value=item.value,
            verified=item.verified,
            created_at=item.created_at,
        )


class ProfileView(View):
    id: str
    name: str | None
    phones: list[str]
    emails: list[str]
    address: str | None
    birthday: str | None
    gender: str | None
    tier: str
    first_channel: str | None
    created_at: str
    revision: int

    @classmethod
    def of(cls, item: Profile, *, revision: int | None = None) -> ProfileView:
        return cls(
            id=item.pk,
            name=item.name,
            phones=list(item.phones),
            emails=list(item.emails),
            address=item.address,
            birthday=item.birthday,
            gender=item.gender,
            tier=item.tier,
            first_channel=item.first_channel,
            created_at=item.created_at,
            revision=int(item.revision if revision is None else revision),
        )


class ProfileDetail(ProfileView):
    """A profile with what proves it."""

    identities: list[IdentityView] = []


class ProfileChange(View):
    """Corrections by a person; a field that is not sent stays as it is, null clears it."""

    name: str | None = Field(default=None, max_length=200)
    phones: list[str] | None = Field(default=None, max_length=20)
    emails: list[str] | None = Field(default=None, max_length=20)
    address: str | None = Field(default=None, max_length=500)
    birthday: str | None = Field(default=None, max_length=30)
    gender: str | None = Field(default=None, max_length=30)


class ProfileQuery(ListQuery):
    q: str | None = Field(default=None, max_length=100)
