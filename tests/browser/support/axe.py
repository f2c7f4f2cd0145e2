"""axe (from npm, for tests only) on a page as it is: on a dark phone and on a light desktop."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, ViewportSize

AXE = Path(__file__).parents[1] / "vendor/axe-core/axe-4.14.1.min.js"
VIOLATIONS = """async () => {
    // What just changed is drawn, and begins to fade in, with the next frame.
    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))
    // Elements that are fading in do not have their final contrast yet.
    const ending = document.getAnimations().filter(one => one.effect.getComputedTiming().iterations !== Infinity)
    await Promise.allSettled(ending.map(one => one.finished))
    // The page below what is open was checked before.
    const { violations } = await axe.run(document.querySelector("dialog[open], :popover-open") ?? document, {
        resultTypes: ["violations"], rules: { "target-size": { enabled: true } }, preload: { assets: ["media"] },
    })
    const wide = document.documentElement.scrollWidth - innerWidth
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 200))}`)
        .concat(wide > 0 ? [`the page is ${wide} px wider than the window`] : [])
}"""
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
LOOKS = ((PHONE, "dark"), (DESKTOP, "light"))  # the last one stays


def is_clean(page: Page) -> None:
    found: list[str] = page.evaluate(VIOLATIONS)
    assert found == [], "\n".join([page.url, str(page.viewport_size), *found])


def is_clean_in_every_look(page: Page) -> None:
    """Check the page as it is now, on a dark phone and on a light desktop."""
    for viewport, scheme in LOOKS:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        is_clean(page)
