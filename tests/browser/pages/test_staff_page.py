from __future__ import annotations

import re
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.axe import AXE, is_clean_in_every_look
from tests.browser.support.fixtures import (
    join,
    make_room,
    pause,
    play,
    seek_to,
    wait_for_position,
    wait_until,
    wait_until_moving,
    wait_until_ready,
)
from tests.servers import watchium_server

MAKE_STAFF = """
from django.contrib.auth.models import User
User.objects.filter(username="root").exists() or User.objects.create_superuser("root", password="correct horse battery")
"""
PLOTS = ("Open sockets", "Events per second", "Command to broadcast", "In step")


@pytest.fixture(scope="module")
def staffed(server):
    """The server with a staff account."""
    server.manage("shell", "-v", "0", "-c", MAKE_STAFF)
    return server


@pytest.fixture(scope="module")
def here(people) -> tuple[Page, Page]:
    """alice hosts and bob watches, for tests that leave the room paused."""
    alice, bob = people(), people()
    join(bob, make_room(alice), "Bob")
    return alice, bob


@pytest.fixture(scope="module")
def staff(people, staffed) -> Page:
    return log_in(people())


@pytest.fixture
def page(staff: Page) -> Page:
    """The staff page."""
    if not staff.url.endswith("/staff/"):
        staff.goto("/staff/")
    expect(staff.get_by_role("heading", name="Server status")).to_be_visible()
    return staff


def log_in(page: Page) -> Page:
    page.goto("/staff/")
    page.get_by_label("Username").fill("root")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/staff/")
    expect(page.get_by_role("heading", name="Server status")).to_be_visible()
    return page


def lines_drawn(page: Page) -> list[int]:
    """Return the path length of each chart's first line, in characters."""
    return page.evaluate(
        "[...document.querySelectorAll('[data-line-first]')].map(p => (p.getAttribute('d') ?? '').length)"
    )


def figures(server) -> str:
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=10) as response:
        return response.read().decode()


def figure(server, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", figures(server), re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def test_a_playing_room_is_listed_and_the_charts_update(here, page):
    alice, bob = here
    wait_until_ready(alice)
    play(alice)
    wait_until_moving(bob)
    row = page.get_by_role("row").filter(
        has_text=alice.get_by_role("banner").get_by_role("heading").first.inner_text()
    )
    expect(row.first).to_contain_text("playing")
    expect(row.first).to_contain_text("Sample clip")
    expect(page.get_by_role("img", name=re.compile("Open sockets: [1-9]"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("In step: [0-9]"))).to_be_visible()
    pause(alice)
    expect(page.locator("[data-state-words]")).to_contain_text("1 process")
    before = lines_drawn(page)
    wait_until(
        page,
        "n => document.querySelector('[data-plot=sockets] [data-line-first]').getAttribute('d').length > n",
        before[0],
    )


def test_every_chart_has_an_accessible_name_with_its_values(page):
    for name in PLOTS:
        expect(page.get_by_role("img", name=re.compile(f"^{name}"))).to_have_count(1)
    expect(page.get_by_role("link", name="Admin")).to_have_attribute("href", "/admin/")


def test_an_empty_instance_shows_a_notice_and_the_first_room_appears_without_reload(person):
    with watchium_server() as quiet:
        quiet.manage("shell", "-v", "0", "-c", MAKE_STAFF)
        page = log_in(person(base_url=quiet.url))
        expect(page.get_by_text("All rooms are empty.")).to_be_visible()
        expect(page.get_by_role("table")).to_be_hidden()
        make_room(person(base_url=quiet.url))
        expect(page.get_by_role("rowheader")).to_have_count(1)
        expect(page.get_by_text("All rooms are empty.")).to_be_hidden()


@pytest.mark.usefixtures("here")
def test_a_rooms_title_links_to_admin(page):
    page.get_by_role("rowheader").get_by_role("link").first.click()
    page.wait_for_url("**/admin/rooms/room/*/change/")


@pytest.mark.usefixtures("here")
def test_the_page_fits_a_phone_and_axe_finds_nothing(person, staff):
    kept = staff.context.storage_state()
    page = person(viewport={"width": 360, "height": 740}, has_touch=True, storage_state=kept)
    page.context.add_init_script(path=AXE)
    page.goto("/staff/")
    expect(page.get_by_role("rowheader").first).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Open sockets: [1-9]"))).to_be_visible()
    is_clean_in_every_look(page)


def test_an_unavailable_server_shows_a_notice_until_it_returns(page):
    page.route("**/staff/figures/**", lambda route: route.abort())
    expect(page.locator("[data-state-words]")).to_contain_text("does not answer")
    page.unroute("**/staff/figures/**")
    expect(page.locator("[data-state-words]")).to_contain_text("history since")


def test_anonymous_visitors_are_sent_to_the_login(person):
    page = person()
    page.goto("/staff/")
    page.wait_for_url("**/accounts/login/?next=*")


def test_a_player_sends_client_metrics(here, server):
    alice, _ = here
    wait_until_ready(alice)
    seek_to(alice, 0)
    wait_for_position(alice, 0)
    play(alice)
    wait_until_moving(alice, 6)
    before = figure(server, "watchium_client_reports_total")
    with alice.expect_response("**/api/metrics/") as sent:
        alice.evaluate(
            """() => {
                Object.defineProperty(document, "visibilityState", { get: () => "hidden", configurable: true })
                document.dispatchEvent(new Event("visibilitychange"))
            }"""
        )
    assert sent.value.status == 204
    assert figure(server, "watchium_client_reports_total") == before + 1
    assert figure(server, "watchium_client_drift_seconds_count") >= 3
    alice.evaluate("delete document.visibilityState")
    pause(alice)
