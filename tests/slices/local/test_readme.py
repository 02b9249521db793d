"""The examples of README by which somebody writes to the demo organisation by hand."""

from __future__ import annotations

import json
import subprocess
from hashlib import sha256
from pathlib import Path

from infra import demo

ROOT = Path(__file__).resolve().parents[3]
#: Stands for curl: one JSON list of its words a line.
CURL = 'curl() { python3 -c "import json,sys; print(json.dumps(sys.argv[1:]))" "$@"; }\n'


def test_messages_by_hand_are_what_the_demo_accounts_take() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.partition("Or write to the demo organisation yourself")[2]
    script = block.partition("```bash\n")[2].partition("```")[0]
    done = subprocess.run(
        ["bash", "-c", CURL + script], capture_output=True, text=True, check=True, timeout=30
    )
    form, zalo = (json.loads(line) for line in done.stdout.splitlines())
    assert (
        json.loads(form[form.index("-d") + 1])["widget_key"]
        == (demo.WEBSITE.credentials["widget_key"])
    )
    body = zalo[zalo.index("-d") + 1]
    told = json.loads(body)
    secrets = demo.ZALO.credentials
    signed = f"{secrets['app_id']}{body}{told['timestamp']}{secrets['oa_secret_key']}"
    assert f"X-ZEvent-Signature: mac={sha256(signed.encode()).hexdigest()}" in zalo
    assert told["recipient"]["id"] == demo.ZALO.account_id
