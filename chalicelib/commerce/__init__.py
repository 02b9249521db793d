"""Products, orders, owned items, deals, behaviours, external daily series."""
