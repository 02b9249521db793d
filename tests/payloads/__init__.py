"""`python -m tests.payloads DIR`: posts every sample of a folder and shows what was stored.

`samples` reads files, `targets` is where they are posted (this process on moto,
or a running instance), `run` posts one and says what became of it.
"""

from tests.venv import demand

demand("tests.payloads")
