"""What a device is called in the list of an account's devices: browser and system, as far as they say; pure."""

from __future__ import annotations

# In this order: most browsers also claim to be others.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chromium": "Chromium",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "Chromebook",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}


def name_of_browser(user_agent: str) -> str:
    """ "Firefox on Android"; "Browser" where it says nothing known."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "Browser")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser
