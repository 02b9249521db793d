"""A customer as a whole: shown, moved, given out, erased, over everything the slices keep."""
