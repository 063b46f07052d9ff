"""The shell in a real browser: palette, drawer, menus, theme and lists, by keyboard, and without any script."""

from playwright.sync_api import Page, expect

PHONE = {"width": 360, "height": 740}


def theme_of(page: Page) -> str | None:
    return page.evaluate("document.documentElement.dataset.theme ?? null")


def test_the_palette_finds_a_partner_by_keyboard_alone(opened):
    page = opened("/acme/quarantine")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Search or go to")
    expect(field).to_be_focused()
    expect(page.get_by_role("option", name="Overview")).to_be_visible()
    page.keyboard.type("alice's rev")
    option = page.get_by_role("option", name="Alice's Reviews alice", exact=True)
    expect(option).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Alice's Reviews")


def test_arrows_go_round_the_palette_and_escape_gives_the_focus_back(opened):
    page = opened("/acme/")
    button = page.locator(".search-button")
    button.focus()
    page.keyboard.press("Enter")
    options = page.locator("#palette [role=option]")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(button).to_be_focused()


def test_a_slash_opens_the_palette_but_not_while_one_writes(opened):
    page = opened("/acme/partners")
    page.locator("#search").press("/")
    expect(page.locator("#palette")).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator("#palette")).to_be_visible()


def test_without_script_the_palette_is_a_page(opened):
    page = opened("/acme/", java_script_enabled=False)
    page.locator(".search-button").click()
    page.get_by_role("searchbox").fill("nordkap")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Nordkap Cashback nordkap", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nordkap")


def test_the_drawer_of_a_phone_opens_and_closes_without_script(opened):
    page = opened("/acme/", viewport=PHONE, java_script_enabled=False)
    expect(page.locator(".nav")).to_be_hidden()
    page.get_by_role("button", name="Open the navigation").click()
    expect(page.locator(".nav")).to_be_visible()
    page.get_by_role("button", name="Close the navigation").click()
    expect(page.locator(".nav")).to_be_hidden()
    page.get_by_role("button", name="Open the navigation").click()
    page.get_by_role("link", name="Partners", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Partners")


def test_escape_closes_the_drawer_and_gives_the_focus_back(opened):
    page = opened("/acme/", viewport=PHONE)
    button = page.get_by_role("button", name="Open the navigation")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".nav")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".nav")).to_be_hidden()
    expect(button).to_be_focused()


def test_a_theme_holds_at_once_and_on_the_next_page(opened):
    page = opened("/acme/", color_scheme="light")
    page.locator(".person > summary").click()
    with page.expect_response("**/-/theme"):
        page.get_by_role("button", name="Dark").click()
    assert theme_of(page) == "dark"
    page.goto("/acme/partners")
    assert theme_of(page) == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 22, 20)"


def test_a_theme_is_chosen_without_script(opened):
    page = opened("/acme/partners", java_script_enabled=False)
    page.locator(".person > summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.url.endswith("/acme/partners")


def test_escape_and_a_press_elsewhere_close_a_menu(opened):
    page = opened("/acme/")
    summary = page.locator(".person > summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Sign out")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Sign out")).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    page.locator("h1").click()
    expect(page.get_by_role("link", name="Sign out")).to_be_hidden()


def test_a_list_is_narrowed_and_sorted_without_a_new_page(opened):
    page = opened("/acme/partners")
    page.evaluate("window.isTheSamePage = true")
    page.locator("#search").fill("reviews")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "q=reviews" in page.url
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#told")).to_have_text("1 in all")
    page.locator("#search").fill("")
    expect(page.locator("tbody tr")).to_have_count(10)
    page.get_by_role("link", name="Name", exact=True).click()
    expect(page.locator("thead [aria-sort=descending]")).to_be_visible()
    expect(page.get_by_role("link", name="Name", exact=True)).to_be_focused()
    assert page.evaluate("window.isTheSamePage")
    page.go_back()
    expect(page.locator("thead [aria-sort=ascending]")).to_be_visible()


def test_the_bar_for_many_rows_appears_with_the_first_box_and_counts(opened):
    page = opened("/acme/partners")
    bar = page.locator(".bulk")
    expect(bar).to_be_hidden()
    page.locator("tbody .pick input").first.check()
    expect(bar).to_contain_text("With 1 picked:")
    page.locator("[data-all]").check()
    expect(bar).to_contain_text("With 10 picked:")
    page.locator("[data-all]").uncheck()
    expect(bar).to_be_hidden()


def test_the_bar_for_many_rows_is_there_without_script(opened):
    page = opened("/acme/partners", java_script_enabled=False)
    expect(page.locator(".bulk")).to_be_visible()


def test_a_dialog_takes_and_gives_back_the_focus(opened):
    page = opened("/-/components", who="stranger")
    button = page.get_by_role("button", name="End the partnership")
    button.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_a_text_is_copied_and_told(opened):
    page = opened("/-/components", who="stranger", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy Tracking link").click()
    expect(page.locator("#told")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "https://go.acme.example/alice-review"


def test_every_target_is_large_enough_to_hit(opened):
    page = opened("/-/components", who="stranger", viewport=PHONE)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, summary, .button, .nav a, .tabs a, .chip, select, input")]
            .filter((each) => each.checkVisibility() && !each.closest(".pick, .is-check, .is-group"))
            .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
    )
    assert small == []


def test_whoever_wants_no_motion_gets_none(opened):
    page = opened("/-/components", who="stranger", reduced_motion="reduce")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((each) => {
            const style = getComputedStyle(each);
            return parseFloat(style.transitionDuration) > 0.01 || parseFloat(style.animationDuration) > 0.01;
        }).length"""
    )
    assert moving == 0
