"""A file brought by a browser: in pieces that go on where they broke off, by keyboard alone, to its reconciliation."""

import re
from pathlib import Path

from playwright.sync_api import expect

HEADER = "Order,Date,Customer,Amount\n"
PIECES = "**/imports/*/pieces*"


def orders(folder: Path, name: str, rows: int) -> Path:
    """A file of more than one piece where it has more than 100,000 rows."""
    lines = (f"{name}-{n},2026-03-02T09:00:00Z,customer-{n:06},{n % 90 + 10}.00\n" for n in range(rows))
    path = folder / f"{name}.csv"
    path.write_text(HEADER + "".join(lines))
    return path


def test_a_large_file_goes_up_in_pieces_and_on_where_it_broke_off(opened, tmp_path):
    page = opened("/acme/imports/new")
    file = orders(tmp_path, "large", 120_000)
    assert file.stat().st_size > 4 << 20
    sent: list[str] = []

    def broken(route) -> None:
        sent.append(route.request.url)
        if len(sent) == 2:
            route.fulfill(status=429)
        else:
            route.continue_()

    page.route(PIECES, broken)
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("What is in the file")).to_be_visible(timeout=20_000)
    offsets = [int(re.search(r"offset=(\d+)", url)[1]) for url in sent]
    assert offsets == [0, 4 << 20, 4 << 20]


def test_the_same_file_chosen_again_later_goes_on_and_another_one_begins_anew(opened, tmp_path):
    file = orders(tmp_path, "later", 120_000)
    content = file.read_bytes()
    page = opened("/acme/imports/new")
    page.route(f"{PIECES}offset=4194304", lambda route: route.fulfill(status=409, json={"wrong": "Go home."}))
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_contain_text("Go home.")
    page.goto("/acme/imports?q=later")
    page.get_by_role("link", name="later.csv").click()
    expect(page.get_by_text("4.2 MB of")).to_be_visible()
    sent: list[str] = []
    page.unroute(f"{PIECES}offset=4194304")
    page.on("request", lambda asked: sent.append(asked.url) if "/pieces" in asked.url else None)
    page.get_by_label("File").set_input_files(
        {"name": "later.csv", "mimeType": "text/csv", "buffer": content.replace(b"later", b"LATER")}
    )
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("What is in the file")).to_be_visible(timeout=20_000)
    assert [url.partition("offset=")[2] for url in sent] == ["0", "4194304"]
    page.goto("/acme/imports?q=later&state=uploading")
    page.get_by_role("link", name="later.csv").click()
    sent.clear()
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("What is in the file")).to_be_visible(timeout=20_000)
    assert [url.partition("offset=")[2] for url in sent] == ["4194304"]


def test_from_the_file_to_the_import_by_keyboard_alone(opened, tmp_path):
    page = opened("/acme/imports/new")
    page.get_by_label("File").set_input_files(orders(tmp_path, "small", 3))
    page.get_by_role("button", name="Upload").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Where its columns go")).to_be_visible()
    page.get_by_role("button", name="Save and try").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("All 3 rows were tried.")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("Begun. You may leave this page")).to_be_visible()
    bar = page.get_by_role("progressbar")
    expect(bar).to_be_visible()
    with page.expect_response("**/progress"):
        pass  # It is asked for by itself.
    page.get_by_role("button", name="Stop").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Stopped. What is here stays")).to_be_visible()


def test_only_what_an_answer_needs_is_asked(opened):
    page = opened("/acme/names/choose?program=shop&role=partner&value=nora-blog")
    expect(page.get_by_label("Name of who is opened")).to_be_visible()
    channel = page.get_by_role("combobox", name="House channel")
    expect(channel).to_be_hidden()
    page.get_by_role("radio", name="a house channel").check()
    expect(channel).to_be_visible()
    expect(page.get_by_label("Name of who is opened")).to_be_hidden()


def test_the_pages_work_without_any_script(opened, tmp_path):
    page = opened("/acme/imports/new", java_script_enabled=False)
    page.get_by_label("File").set_input_files(orders(tmp_path, "plain", 3))
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="plain.csv")).to_be_visible()
    page.get_by_role("button", name="Save and try").click()
    expect(page.get_by_text("All 3 rows were tried.")).to_be_visible()
