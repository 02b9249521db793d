"""What it all costs: requests, capacity, CPU, imports, lists, package, engine; with bounds.

`python -m tests.bench` prints every figure as JSON (`--table` for people) and
exits 1 when one is out of its bound; `tests/meta/test_budgets.py` asserts those
that do not depend on the machine. Nothing here is a timed test.
"""

from tests.venv import demand

demand("tests.bench")
