"""Draws docs/images/status.png, the README's picture: `sudo .venv/bin/python -m tests.docs.picture`.

A real guest of the lab signs in with a voucher, downloads something, and opens its status page in Chromium.
"""

from pathlib import Path

from tests.lab.browser import Browser
from tests.lab.device import Device, wait
from tests.lab.gateway import Gateway
from tests.lab.network import Lab
from tests.lab.plan import Plan

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "status.png"
PHONE = {"width": 360, "deviceScaleFactor": 2, "mobile": True}
SETTINGS = {"portal": {"title": "Hotel Example"}}


def main() -> None:
    """Build the lab, take the picture, take the lab down."""
    with Lab(Plan(), "picture") as lab:
        gateway = Gateway(lab, SETTINGS)
        gateway.start()
        try:
            _picture(gateway, Device(lab, 1))
        finally:
            gateway.stop()


def _picture(gateway: Gateway, phone: Device) -> None:
    phone.join(hostname="phone")
    username, passcode = gateway.voucher(valid_for="1 day", download_limit=2000, upload_limit=500)
    phone.sign_in(username, passcode)
    if not wait(lambda: phone.online, 5):
        raise RuntimeError("the guest did not get online")
    phone.download(300 * 1024 * 1024)
    with Browser(phone.where) as browser:
        browser._call("Emulation.setDeviceMetricsOverride", height=640, **PHONE)
        browser.open("http://192.168.88.1/status")
        height = browser.run("document.documentElement.scrollHeight")
        browser._call("Emulation.setDeviceMetricsOverride", height=height, **PHONE)
        PICTURE.parent.mkdir(exist_ok=True)
        browser.picture(PICTURE)


if __name__ == "__main__":
    main()
