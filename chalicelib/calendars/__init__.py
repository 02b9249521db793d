"""Working days of Vietnam: what time limits set by law are counted in."""
