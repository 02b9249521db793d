"""Cases with expected results, run against the product: `python -m tests.cases`."""
