"""The application. Importing any part of it first sets what a short-lived process needs.

Python looks for garbage after every 700 new objects. Importing makes a hundred
thousand and no garbage at all: looking took 40 ms of every cold start.
"""

import gc

gc.set_threshold(20_000, 10, 10)
