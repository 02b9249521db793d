"""What the forms of shops are called by others: our names of the channel and its source.

The fields of a form and their limits are those of every form (`channels.pages.form_fields`).
"""

from __future__ import annotations

CHANNEL, PROVIDER, SOURCE = "store", "store", "store"
NO_STORE = "Không biết cửa hàng này"
