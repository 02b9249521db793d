"""The five departments every organisation starts with (domain.md §3); editable afterwards.

Written by `flows.load_defaults`.
"""

from __future__ import annotations

#: Code → name as people see it.
DEPARTMENTS = {
    "customer_care": "Chăm sóc khách hàng",
    "sales": "Bán hàng",
    "logistics": "Kho vận",
    "technical": "Kỹ thuật",
    "accounting": "Kế toán",
}
