"""What each provider takes, refuses and tells, from its documentation (channels.md).

The codes stand here by what the documentation says of them, apart from the tables of the
channels, which are held against it. One `Known` for every adapter that calls anybody.
"""

from __future__ import annotations

from ..fake import Known
from . import mail, meta, shops, sms, zalo

KNOWN: tuple[Known, ...] = (*zalo.KNOWN, *meta.KNOWN, *mail.KNOWN, *sms.KNOWN, *shops.KNOWN)
