from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.support.fixtures import make_room

PASTE = "(field, text) => { field.value = text; field.dispatchEvent(new Event('input', { bubbles: true })) }"


def test_too_long_text_is_kept_and_shows_by_how_much(person):
    alice = person()
    alice.goto("/")
    address = alice.get_by_role("textbox", name="Link to a video")
    address.evaluate(PASTE, "https://a.example/" + "x" * 8000)
    expect(alice.get_by_text("This is too long by 18 characters.")).to_be_visible()
    alice.get_by_role("button", name="Create room").click()
    assert len(address.input_value()) == 8018
    address.fill("")
    expect(alice.get_by_text("This is too long")).to_be_hidden()

    alice.get_by_text("Options", exact=True).click()
    alice.get_by_role("radio", name="Private").check()
    alice.get_by_role("textbox", name="Passphrase").press_sequentially(
        "a"
    )  # the minimum length applies to typed text
    form = alice.locator("form.make")
    assert not form.evaluate("form => form.checkValidity()")
    alice.get_by_role("radio", name="Public").check()
    assert form.evaluate("form => form.checkValidity()")

    make_room(alice)
    message = alice.get_by_role("textbox", name="Message")
    message.evaluate(PASTE, "word " * 20_000)
    expect(alice.get_by_text("This is too long by 99499 characters.")).to_be_visible()
    message.press("Enter")
    assert len(message.input_value()) == 100_000
    assert alice.locator("[data-unsent] li").count() == 0
    message.fill("short again")
    message.press("Enter")
    expect(alice.get_by_role("log")).to_contain_text("short again")
    message.fill("\u2060")
    message.press("Enter")
    expect(alice.get_by_text("This message has no visible text.")).to_be_visible()

    settings = alice.get_by_role("dialog", name="Room settings")
    alice.get_by_role("button", name="Settings").click()
    settings.get_by_label("Who can find this room").select_option("private")
    settings.get_by_role("textbox", name="New passphrase").press_sequentially("abc")
    settings.get_by_role("button", name="Save").click()
    too_short = settings.get_by_text("At least 6 characters, please.")
    expect(too_short).to_be_visible()
    passphrase = settings.get_by_role("textbox", name="New passphrase")
    expect(passphrase).to_be_focused()
    expect(passphrase).to_have_accessible_description("At least 6 characters, please.")
    settings.get_by_role("tab", name="Playback").click()
    settings.get_by_label("Tolerance in milliseconds").fill("5")
    settings.get_by_role("checkbox", name="Keep everyone in step").uncheck()
    settings.get_by_role("tab", name="Room").click()
    settings.get_by_label("Who can find this room").select_option("public")
    settings.get_by_role("textbox", name="Title").fill("Saved all the same")
    settings.get_by_role("button", name="Save").click()
    expect(settings.get_by_text("Saved", exact=True).filter(visible=True)).to_be_visible()
    expect(too_short).to_be_hidden()
    expect(alice.locator("[data-room-title]")).to_have_text("Saved all the same")
    alice.keyboard.press("Escape")

    alice.get_by_role("button", name="Change media").click()
    alice.get_by_role("textbox", name="Link to a video or audio file").fill("not a link")
    alice.get_by_role("button", name="Play this").click()
    expect(alice.get_by_role("dialog").get_by_text("This is not an address.")).to_be_visible()
    alice.keyboard.press("Escape")

    signed = "https://store.example.org/film.mp4?token=" + "s" * 5000
    alice.get_by_role("button", name="Change media").click()
    alice.get_by_role("textbox", name="Link to a video or audio file").fill(signed)
    alice.get_by_role("button", name="Play this").click()
    expect(alice.get_by_role("dialog", name="Change media")).to_be_hidden()
    assert alice.evaluate("() => watchium.room.state.timeline.media.url") == signed
