"""Working hours and public holidays: everything that measures time."""
