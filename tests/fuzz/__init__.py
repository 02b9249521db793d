"""`python -m tests.fuzz [--examples N]`: recorded requests of every provider, spoilt.

`spoiling` makes them, `holding` says what must hold for whatever comes.
"""

from tests.venv import demand

demand("tests.fuzz")
