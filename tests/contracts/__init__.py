"""What every channel must do, whoever wrote it: run with `pytest tests/contracts`."""
