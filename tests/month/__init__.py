"""A month of service clocks without a database: `python -m tests.month --tickets 20000`.

`lives` makes up what happens to tickets, `stage` lets the slice's own pure core keep their
clocks the way queues and the minute's watch do (late, twice, in parallel, not at all for an
hour), `naive` works out from the log what should have come of it, by other means.
"""
