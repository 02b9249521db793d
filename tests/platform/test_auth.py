"""Who calls: tokens of ours until they end, JWTs of the configured issuer and of nobody else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from app import app
from chalicelib.platform import auth, oidc, store
from chalicelib.platform.clock import now
from chalicelib.platform.roles import Principal, Role
from chalicelib.platform.settings import SETTINGS
from tests.client import Caller, make_token
from tests.cloud import Cloud
from tests.pump import LambdaContext

ISSUER = "https://issuer.example"
AUDIENCE = "liền-mạch"


def bearer(token: str) -> Principal | None:
    return auth.principal_of(f"Bearer {token}")


# ------------------------------------------------------------ our own tokens


def test_a_token_names_its_holder(aws: Cloud) -> None:
    caller = bearer(make_token(Role.LEAD, agent_id="a1"))
    assert caller is not None
    assert (caller.role, caller.agent_id, caller.actor) == (Role.LEAD, "a1", "agent:a1")
    machine = bearer(make_token(Role.INTEGRATION))
    assert machine is not None
    assert machine.actor == f"token:{machine.id}"


def test_only_a_digest_of_a_token_is_stored(aws: Cloud) -> None:
    token = make_token(Role.AGENT)
    assert token not in json.dumps(aws.items("control"))
    assert token.removeprefix(auth.TOKEN_PREFIX) not in json.dumps(aws.items("control"))


@pytest.mark.parametrize("header", ["", "Bearer", "bearer ", "Basic x", "Bearer lm_nobody"])
def test_anything_else_is_nobody(aws: Cloud, header: str) -> None:
    assert auth.principal_of(header) is None


def test_the_scheme_s_case_does_not_matter(aws: Cloud) -> None:
    token = make_token(Role.AGENT)
    assert auth.principal_of(f"bearer {token}") is not None


def test_a_token_ends(aws: Cloud) -> None:
    assert bearer(make_token(Role.AGENT, expires_at=now() - timedelta(seconds=1))) is None
    assert bearer(make_token(Role.AGENT, expires_at=now() + timedelta(hours=1))) is not None


def test_a_revoked_token_admits_nobody_and_is_revoked_once(aws: Cloud) -> None:
    token = make_token(Role.AGENT)
    (item,) = auth.find([auth.token_id_of(token)])
    store.commit([auth.revoke(item)])
    assert bearer(token) is None
    with pytest.raises(store.ConditionFailed):
        store.commit([auth.revoke(item)])


def test_trust_is_short_and_can_be_ended(aws: Cloud) -> None:
    token = make_token(Role.AGENT)
    assert bearer(token) is not None
    (item,) = auth.find([auth.token_id_of(token)])
    store.commit([auth.revoke(item)])
    assert bearer(token) is not None  # this process may go on trusting it for a moment
    assert auth.LOCAL_TRUST_SECONDS + auth.TRUST_SECONDS <= 60
    auth.forget()
    assert bearer(token) is None


def test_the_authorizer_admits_to_all_routes_with_the_role_in_the_context(aws: Cloud) -> None:
    def asked(token: str) -> Any:
        event = {
            "type": "TOKEN",
            "authorizationToken": f"Bearer {token}",
            "methodArn": "arn:aws:execute-api:r:1:x/api/GET/v1",
        }
        authorizer: Any = auth.platform_authorizer
        return authorizer(event, LambdaContext())

    good = asked(make_token(Role.LEAD, agent_id="a1"))
    assert good["context"] == {"role": "lead", "id": good["principalId"], "agent_id": "a1"}
    (statement,) = good["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    bad = asked("lm_nobody")
    assert bad["policyDocument"]["Statement"][0]["Resource"] == []


# ---------------------------------------------------------------------- JWT

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
PUBLIC_PEM = RSA.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


class Keys:
    """Stands in for the issuer's published keys."""

    def __init__(self, key: Any = RSA) -> None:
        algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
        made: Any = jwt.get_algorithm_by_name(algorithm)
        published = made.to_jwk(key.public_key(), as_dict=True)
        self._key = jwt.PyJWK.from_dict({**published, "alg": algorithm, "kid": "k1"})

    def get_signing_key_from_jwt(self, token: str) -> Any:
        return self._key


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> None:
    """An issuer is configured."""
    configured = replace(SETTINGS, oidc_issuer=ISSUER, oidc_audience=AUDIENCE)
    monkeypatch.setattr(oidc, "SETTINGS", configured)
    monkeypatch.setattr(auth, "SETTINGS", configured)


def signed(key: Any = RSA, *, algorithm: str = "RS256", **changed: Any) -> str:
    """A token of the issuer; None removes a claim."""
    moment = int(now().timestamp())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "user-1",
        "exp": moment + 600,
        "cognito:groups": ["nhóm", "agent", "manager"],
        **changed,
    }
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(present, key, algorithm=algorithm, headers={"kid": "k1"})


def caller_of(token: str, key: Any = RSA) -> Principal | None:
    return oidc.principal(token, keys=Keys(key))


def test_a_good_jwt_names_its_holder_and_the_mightiest_role(issuer: None) -> None:
    assert caller_of(signed()) == Principal(id="user-1", role=Role.MANAGER)
    agent = caller_of(signed(**{"custom:agent_id": "a1"}))
    assert agent is not None
    assert agent.actor == "agent:a1"
    assert caller_of(signed(EC, algorithm="ES256"), EC) is not None
    assert caller_of(signed(algorithm="PS256")) is None  # the key is published for RS256


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iss": "https://somebody.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"sub": None},
        {"sub": 7},
        {"nbf": 4_000_000_000},
        {"cognito:groups": None},
        {"cognito:groups": []},
        {"cognito:groups": ["guest"]},
        {"cognito:groups": {"admin": True}},
    ],
    ids=str,
)
def test_a_jwt_that_proves_nothing_is_nobody(issuer: None, changed: dict[str, Any]) -> None:
    assert caller_of(signed(**changed)) is None


def test_a_jwt_of_another_key_is_nobody(issuer: None) -> None:
    assert caller_of(signed(OTHER)) is None
    assert caller_of(signed(EC, algorithm="ES256")) is None


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "HS256", "HS512"])
def test_no_algorithm_of_the_sender_s_choice_is_believed(issuer: None, algorithm: str) -> None:
    claims = jwt.decode(signed(), options={"verify_signature": False})
    text = f"{part({'alg': algorithm, 'typ': 'JWT', 'kid': 'k1'})}.{part(claims)}"
    digest = hashlib.sha512 if algorithm == "HS512" else hashlib.sha256
    mac = hmac.new(PUBLIC_PEM, text.encode(), digest).digest()
    signature = base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
    assert caller_of(f"{text}.{signature}") is None
    assert caller_of(f"{text}.") is None


@pytest.mark.parametrize("token", ["a.b.c", "..", "ế.ế.ế", "e30.e30.e30"])
def test_what_is_no_jwt_is_nobody(issuer: None, token: str) -> None:
    assert caller_of(token) is None


def test_a_key_server_that_does_not_answer_admits_nobody(issuer: None) -> None:
    class Down:
        def get_signing_key_from_jwt(self, token: str) -> Any:
            raise jwt.PyJWKClientConnectionError("down")

    assert oidc.principal(signed(), keys=Down()) is None


def test_a_jwt_opens_the_api_when_an_issuer_is_set(
    aws: Cloud, issuer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "_keys", lambda: Keys())
    caller = Caller(app=app).bearer(signed())
    assert caller.get("/departments").status == 200
    assert caller.get("/tokens").status == 403


def test_without_an_issuer_no_jwt_is_looked_at(aws: Cloud) -> None:
    assert bearer(signed()) is None


@pytest.mark.parametrize(
    ("claim", "role"),
    [
        ("agent", Role.AGENT),
        (["agent", "admin"], Role.ADMIN),
        (["integration", "agent"], Role.AGENT),
        (None, None),
        ([], None),
        ([7, None], None),
        ("Admin", None),
        (7, None),
    ],
)
def test_the_mightiest_of_the_named_roles(claim: Any, role: Role | None) -> None:
    assert oidc.role_of(claim) == role
