"""What is switched off is not imported: a gateway with vouchers alone knows nothing of SMTP, SMS or telephone numbers."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

SCRIPT = """
import sys
from routerd.app import gateway
from routerd.core.settings import parse
settings, _ = parse('[portal]\\nmethods = ["voucher", "free"]')
assert gateway.verification(None, settings) is None
print(*(name for name in ("smtplib", "phonenumbers", "routerd.courier.service", "routerd.verification.service") if name in sys.modules))
"""


def test_a_gateway_with_vouchers_alone_loads_none_of_it() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []
