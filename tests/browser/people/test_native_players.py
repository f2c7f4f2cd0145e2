from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.support.axe import AXE, is_clean_in_every_look
from tests.browser.support.fixtures import new_room
from tests.servers import Server


def test_the_invitation_says_what_to_type_into_syncplay(person: Callable[..., Page], server: Server):
    alice = person(permissions=["clipboard-read", "clipboard-write"])
    alice.context.add_init_script(path=AXE)
    address = new_room(alice)
    room_id = address.rstrip("/").rsplit("/", 1)[-1]
    alice.get_by_role("button", name="Show QR code").click()
    dialog = alice.get_by_role("dialog")
    dialog.get_by_role("radio", name="mpv or VLC").check(force=True)  # its label covers it
    expect(dialog).to_have_accessible_name("Watch in mpv or VLC")
    password = dialog.get_by_role("textbox", name="Password")
    end = dialog.get_by_role("button", name="End the password")
    expect(dialog.get_by_text("Only programs on this computer reach this address.")).to_be_visible()
    expect(dialog.get_by_text("Friends need server and room only.")).to_be_visible()
    expect(end).to_be_hidden()
    expect(dialog.get_by_role("textbox", name="Server")).not_to_have_value("")
    expect(password).to_have_value("")  # looking at the panel ends no password
    dialog.get_by_role("button", name="New password").click()
    expect(password).not_to_have_value("")
    expected = {
        "Server": re.compile(f"^127.0.0.1:{server.env['WATCHIUM_SYNCPLAY']}$"),
        "Room": re.compile(f"^{room_id}$"),
        "Password": re.compile(r"^\w{16}$"),
        "Command": re.compile(f"^.venv/bin/python -m watchium.client.mpv {address}$"),
    }
    for name, value in expected.items():
        field = dialog.get_by_role("textbox", name=name)
        expect(field).to_have_value(value)
        dialog.locator(f"[aria-describedby={field.get_attribute('id')}]").click()
        expect(dialog.locator("[data-copied]")).to_have_text(f"{name}: copied.")
        assert alice.evaluate("navigator.clipboard.readText()") == field.input_value()
    is_clean_in_every_look(alice)
    dialog.get_by_role("button", name="Close").click()
    alice.get_by_role("button", name="Show QR code").click()
    end.click()
    expect(dialog.get_by_text("No password is valid any more.")).to_be_visible()
    expect(password).to_have_value("")
    expect(end).to_be_hidden()
    dialog.get_by_role("radio", name="Invite others").check(force=True)
    expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    expect(dialog.get_by_role("textbox", name="Server")).to_be_hidden()
    expect(dialog).to_have_accessible_name("Invite")
