"""Pictures of every page of the portal: on a phone in each scheme, right to left, and on a desk; for people to look at."""

import tempfile
from pathlib import Path

from tests.browser.showcase import PAGES, opened, show
from tests.lab.browser import Browser

VIEWS = ((390, "light", "en"), (390, "dark", "en"), (320, "light", "ar"), (320, "light", "th"), (390, "light", "zh"), (1280, "light", "en"))
"""Width in pixels, colour scheme, language."""


def portal(chromium: Browser, directory: Path) -> int:
    """Save them as ``portal-<page>-<language>-<width>-<scheme>.png``; returns how many."""
    with tempfile.TemporaryDirectory() as box, opened(Path(box)) as hotel:
        for width, scheme, language in VIEWS:
            chromium._call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600)
            chromium._call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            for name in PAGES:
                show(name, hotel, chromium, language)
                chromium.picture(directory / f"portal-{name}-{language}-{width}-{scheme}.png")
    return len(VIEWS) * len(PAGES)
