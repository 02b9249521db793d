"""Service clocks: what was promised for a matter, how much of it is used, who must be told."""
