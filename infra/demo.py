"""The demo organisation: who works there and which accounts are connected.

Loaded by `seed`; `simulation` signs its webhooks with the credentials below.
They open nothing: the accounts are in sandbox mode, on a machine of one's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.platform.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who answers customers. `key` is what their id is derived from."""

    key: str
    name: str
    department: str
    team: str
    role: Role = Role.AGENT
    branch: str | None = None

    @property
    def email(self) -> str:
        return f"{self.key}@lienmach.example.vn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """A team; `lead` is the key of the person who leads it."""

    key: str
    name: str
    department: str
    lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A channel account as `POST /v1/channel-accounts` takes it, always in sandbox mode.

    `provider` None: the only one there is of the channel.
    """

    channel: str
    account_id: str
    name: str
    team: str
    branch: str
    credentials: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    provider: str | None = None


CREWS = (
    Crew(key="care-1", name="CSKH Ca sáng", department="customer_care", lead="thu.ha"),
    Crew(key="care-2", name="CSKH Mạng xã hội", department="customer_care", lead="minh.duc"),
    Crew(key="sales-1", name="Bán hàng trực tuyến", department="sales", lead="bao.ngoc"),
    Crew(key="logistics-1", name="Điều phối giao hàng", department="logistics", lead="quoc.huy"),
    Crew(key="technical-1", name="Kỹ thuật và bảo hành", department="technical", lead="van.an"),
    Crew(key="accounting-1", name="Đối soát và hoàn tiền", department="accounting", lead="my.linh"),
)

LEAD, MANAGER = Role.LEAD, Role.MANAGER
Q1, CG = "Cửa hàng Quận 1", "Cửa hàng Cầu Giấy"

PEOPLE = (
    Person(
        key="hoang.yen",
        name="Đặng Hoàng Yến",
        department="customer_care",
        team="care-1",
        role=MANAGER,
    ),
    Person(
        key="thu.ha", name="Nguyễn Thị Thu Hà", department="customer_care", team="care-1", role=LEAD
    ),
    Person(
        key="lan.anh", name="Trần Lan Anh", department="customer_care", team="care-1", branch=Q1
    ),
    Person(
        key="minh.duc", name="Phạm Minh Đức", department="customer_care", team="care-2", role=LEAD
    ),
    Person(key="kim.oanh", name="Lê Kim Oanh", department="customer_care", team="care-2"),
    Person(key="bao.ngoc", name="Vũ Bảo Ngọc", department="sales", team="sales-1", role=LEAD),
    Person(key="tuan.kiet", name="Huỳnh Tuấn Kiệt", department="sales", team="sales-1", branch=Q1),
    Person(
        key="quoc.huy", name="Bùi Quốc Huy", department="logistics", team="logistics-1", role=LEAD
    ),
    Person(key="thanh.tung", name="Đỗ Thanh Tùng", department="logistics", team="logistics-1"),
    Person(key="van.an", name="Ngô Văn Ân", department="technical", team="technical-1", role=LEAD),
    Person(key="duy.khanh", name="Hồ Duy Khánh", department="technical", team="technical-1"),
    Person(
        key="my.linh", name="Dương Mỹ Linh", department="accounting", team="accounting-1", role=LEAD
    ),
    Person(key="gia.han", name="Lý Gia Hân", department="accounting", team="accounting-1"),
)

#: Department → the key of the person who manages it.
MANAGERS = {
    "customer_care": "hoang.yen",
    "sales": "bao.ngoc",
    "logistics": "quoc.huy",
    "technical": "van.an",
    "accounting": "my.linh",
}

#: Whose token `AGENT_TOKEN` is.
AGENT = "lan.anh"

ZALO = Connection(
    channel="zalo_oa",
    account_id="2345678901234567890",
    name="Liền Mạch Demo (Zalo OA)",
    team="care-1",
    branch=Q1,
    credentials={"app_id": "3456789012345678901", "oa_secret_key": "demo-oa-secret-key"},
)
MINI_APP = Connection(
    channel="zalo_mini_app",
    account_id="3456789012345678901",
    name="Liền Mạch Demo (Zalo Mini App)",
    team="care-1",
    branch=Q1,
    credentials={
        "app_secret": "demo-zalo-app-secret",
        "visitor_secret": "demo-session-secret",
        "open_api_key": "demo-open-api-key",
    },
    settings={"oa_id": "2345678901234567890"},
)
#: One app of Meta's: what signs for the page signs for all of them.
META = {"app_secret": "demo-app-secret", "verify_token": "demo-verify-token"}
FACEBOOK = Connection(
    channel="facebook_message",
    account_id="105550001112223",
    name="Liền Mạch Demo (Facebook)",
    team="care-2",
    branch=CG,
    credentials=META,
)
COMMENTS = Connection(
    channel="facebook_comment",
    account_id=FACEBOOK.account_id,
    name="Liền Mạch Demo (bình luận Facebook)",
    team="care-2",
    branch=CG,
    credentials=META,
)
INSTAGRAM = Connection(
    channel="instagram",
    account_id="17841400000555001",
    name="Liền Mạch Demo (Instagram)",
    team="care-2",
    branch=CG,
    credentials=META,
)
WHATSAPP = Connection(
    channel="whatsapp",
    account_id="104200000555777",
    name="Liền Mạch Demo (WhatsApp)",
    team="care-2",
    branch=CG,
    credentials=META,
)
EMAIL = Connection(
    channel="email",
    provider="mailgun",
    account_id="hotro@lienmach.example.vn",
    name="Hộp thư hỗ trợ",
    team="care-1",
    branch=Q1,
    credentials={"signing_key": "demo-signing-key", "api_key": "demo-mailgun-key"},
)
VOICE = Connection(
    channel="voice",
    provider="stringee",
    account_id="842871234567",
    name="Tổng đài 028 7123 4567",
    team="care-1",
    branch=Q1,
    credentials={"webhook_secret": "demo-call-secret"},
)
SMS = Connection(
    channel="sms",
    provider="esms",
    account_id="8079",
    name="Đầu số 8079",
    team="care-1",
    branch=Q1,
    credentials={
        "api_key": "demo-esms-key",
        "secret_key": "demo-esms-secret",
        "private_key": "demo-esms-private-key",
        "webhook_secret": "demo-report-secret",
    },
)
WEBSITE = Connection(
    channel="web_form",
    account_id="lienmach-demo-web",
    name="Biểu mẫu liên hệ trên website",
    team="care-2",
    branch=CG,
    credentials={"widget_key": "demo-widget-key", "secret": "demo-identity-secret"},
)
CHAT = Connection(
    channel="live_chat",
    account_id="lienmach-demo-chat",
    name="Trò chuyện trên website",
    team="care-1",
    branch=Q1,
    credentials={"visitor_secret": "demo-visitor-secret", "secret": "demo-identity-secret"},
    settings={"title": "Liền Mạch Demo", "greeting": "Shop có thể giúp gì cho bạn?"},
)
STORE = Connection(
    channel="store",
    account_id="lienmach-demo-quan-1",
    name="Mã QR tại cửa hàng Quận 1",
    team="care-1",
    branch=Q1,
    settings={"title": "Cửa hàng Quận 1"},
)
SHOPEE = Connection(
    channel="shopee",
    account_id="727720555",
    name="Liền Mạch Demo (Shopee)",
    team="sales-1",
    branch=Q1,
    credentials={
        "partner_id": "2005550",
        "partner_key": "demo-partner-key",
        "registered_url": "https://demo.lienmach.example.vn/webhooks/shopee",
        "shop_user_id": "277000555",
    },
)
LAZADA = Connection(
    channel="lazada",
    account_id="200100555",
    name="Liền Mạch Demo (Lazada)",
    team="sales-1",
    branch=Q1,
    credentials={"app_key": "555123", "app_secret": "demo-lazada-secret"},
)
TIKTOK = Connection(
    channel="tiktok_shop",
    account_id="7494049642642555001",
    name="Liền Mạch Demo (TikTok Shop)",
    team="sales-1",
    branch=Q1,
    credentials={
        "app_key": "demo_app_key",
        "app_secret": "demo-tiktok-secret",
        "shop_cipher": "demo-shop-cipher",
    },
)
CONNECTIONS = (
    ZALO,
    MINI_APP,
    FACEBOOK,
    COMMENTS,
    INSTAGRAM,
    WHATSAPP,
    EMAIL,
    VOICE,
    SMS,
    CHAT,
    WEBSITE,
    STORE,
    SHOPEE,
    LAZADA,
    TIKTOK,
)
