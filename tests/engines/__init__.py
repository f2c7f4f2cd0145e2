"""Remote control of Firefox and WebKitGTK with the means of their Debian packages.

Firefox has WebDriver BiDi built in, WebKitGTK comes with a WebDriver program; neither needs geckodriver, npm or a
download. Their pages have the few methods that the tests use, named as in Playwright.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tests.engines.display import virtual_display
from tests.engines.firefox import Firefox
from tests.engines.page import ENTER, EnginePage, Failed
from tests.engines.webkit import WebKit
from tests.servers import firefox_path, webkit_path

__all__ = ["ENGINES", "ENTER", "EnginePage", "Failed", "Firefox", "WebKit", "firefox", "webkit"]


@contextmanager
def firefox(autoplay: str = "allow") -> Iterator[Firefox]:
    browser = Firefox(firefox_path(), autoplay)
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def webkit(autoplay: str = "allow") -> Iterator[WebKit]:
    path = webkit_path()
    with virtual_display() as display:
        browser = WebKit(path, display, autoplay)
        try:
            yield browser
        finally:
            browser.close()


ENGINES: dict[str, Callable[..., AbstractContextManager[Firefox | WebKit]]] = {
    "firefox": firefox,
    "webkit": webkit,
}
