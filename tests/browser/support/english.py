"""Finds English text on a page in Japanese: what it shows, and what a screen reader says."""

from __future__ import annotations

from playwright.sync_api import Page

# Names and units that Japanese writes in Latin letters.
LATIN = """
AM BAN Chrome Ctrl DASH Escape End Enter Esc Fi GIF HLS HTML Home ID JPEG JSON JavaScript Linux MB PM PNG QR SRT Shift
Space TV Twitch URL UTC VTT Vimeo Watchium WebP Wi YouTube Alt com example ffmpeg film films friday http https avi mkv
min mp ms spoil spoilers srt
""".split()
FIND = """known => {
    const seen = element => element.checkVisibility({ visibilityProperty: true })
    const texts = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement
        if (!parent.closest("script, style, template, noscript, svg, [lang]:not(html)") && seen(parent))
            texts.push(walker.currentNode.data)
    }
    for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]"))
        if (seen(element))
            for (const name of ["aria-label", "title", "placeholder", "alt"])
                texts.push(element.getAttribute(name) ?? "")
    texts.push(document.title)
    const words = text => (text.match(/[A-Za-z]{2,}/g) ?? []).filter(word => !known.includes(word))
    return texts.filter(text => words(text).length).map(text => text.trim())
}"""


def english_texts(page: Page, *names: str) -> list[str]:
    """Return the texts with words in Latin letters, but for `names`, which users chose. The page is in Japanese."""
    assert page.evaluate("document.documentElement.lang") == "ja"
    return page.evaluate(FIND, [*LATIN, *names])
