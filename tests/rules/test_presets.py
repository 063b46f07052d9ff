"""Presets know the exports of other platforms by their columns, however those are spelt, and say what is lacking."""

from collections import defaultdict
from datetime import date

import pytest

from tallystick.tracking.events.mapping.apply import bodies_of
from tallystick.tracking.events.mapping.checks import columns_of, read_mapping
from tallystick.tracking.events.mapping.form import FieldFrom, Mapping
from tallystick.tracking.events.mapping.targets import targets_of
from tallystick.tracking.events.mapping.write import mapping_text
from tallystick.tracking.imports.guessing.propose import Known, propose
from tallystick.tracking.imports.presets.catalog import PRESETS, preset_named, presets_for
from tallystick.tracking.imports.presets.fitting import Fitted, fit
from tallystick.tracking.imports.presets.form import Preset, fold
from tallystick.tracking.imports.reading.look import Look, Sheet
from tallystick.tracking.reported.rules import COMMISSION_STATES
from tallystick.tracking.reported.wire import CommissionBody

TODAY = "2026-11-20"
each = pytest.mark.parametrize("preset", PRESETS, ids=[preset.key for preset in PRESETS])


def look_of(*columns: str, **cells: str) -> Look:
    row = {column: cells.get(fold(column), "") for column in columns}
    return Look("csv", "", "utf-8", ",", (Sheet("", columns, (row,)),), 100)


def fitted(key: str, *columns: str) -> Fitted:
    preset = preset_named(key)
    found = fit(preset, columns, today=TODAY)
    assert found is not None
    return found


def usable(mapping: Mapping) -> bool:
    return read_mapping(mapping_text(mapping)) == mapping


@each
def test_a_preset_is_a_mapping_that_can_be_used(preset):
    assert read_mapping(preset.text) == preset.mapping
    assert preset.what in ("partners", "customers", "conversions", "commissions")
    assert preset.title == f"{preset.platform}: {preset.what}"


@each
def test_with_all_its_columns_nothing_is_lacking(preset):
    found = fit(preset, all_columns(preset), today=TODAY)
    assert usable(found.mapping)
    assert {note.field for note in found.notes if note.must_look} == set(preset.header.asks)
    assert {note.field for note in found.notes if not note.must_look} == set(preset.header.says)
    assert found.fit > 90


@each
def test_with_no_more_than_what_it_is_known_by_it_can_be_used_and_says_what_to_look_at(preset):
    found = fit(preset, preset.needs, today=TODAY)
    assert usable(found.mapping)
    assert columns_of(found.mapping) <= set(preset.needs)
    lacking = [note for note in found.notes if note.must_look]
    assert len(lacking) >= len(preset.header.asks)


@each
@pytest.mark.parametrize(
    "spelt",
    [
        str.upper,
        str.title,
        lambda name: name.replace("_", "."),
        lambda name: f"!{name}",
        lambda name: f" {name} ",
    ],
    ids=["capitals", "title", "nested", "marked", "blanks"],
)
def test_columns_are_known_however_they_are_spelt(preset, spelt):
    columns = [spelt(column) for column in all_columns(preset)]
    found = fit(preset, columns, today=TODAY)
    assert columns_of(found.mapping) <= set(columns)
    assert len(list(targets_of(found.mapping))) == len(list(targets_of(preset.mapping)))


@each
def test_without_one_of_the_columns_it_is_known_by_it_is_another_file(preset):
    spellings = {fold(name) for name in (preset.needs[0], *preset.header.spellings.get(preset.needs[0], ()))}
    columns = [column for column in all_columns(preset) if fold(column) not in spellings]
    assert fit(preset, columns, today=TODAY) is None


@each
def test_every_status_becomes_one_of_ours_and_none_is_refused(preset):
    for target in preset.mapping.commissions:
        status = target.fields["status"]
        assert target.fields["status_raw"].column
        if status.values is not None:
            assert {*status.values.values(), status.otherwise} <= set(COMMISSION_STATES)
        assert status.otherwise or status.constant


@each
def test_an_id_goes_with_its_status_so_that_a_change_contradicts_nothing(preset):
    if preset.mapping.commissions:
        sources = [target.fields["status"].column for target in preset.mapping.commissions]
        assert set(filter(None, sources)) <= set(preset.mapping.key)
    assert preset.mapping.key or preset.mapping.group_by


def all_columns(preset: Preset) -> list[str]:
    """The columns of a preset under the names that stand in its mapping."""
    names = {fold(column): column for column in (*sorted(columns_of(preset.mapping)), *preset.needs)}
    return list(names.values())


def test_words_are_known_in_small_letters_and_capitals():
    found = fitted("rewardful_commissions", "id", "amount", "State", "due_at", "affiliate_email", "sale_id")
    (commission,) = found.mapping.commissions
    values = commission.fields["status"].values
    assert [values[word] for word in ("paid", "Paid", "PAID")] == ["paid"] * 3
    assert found.mapping.events[2].when[0].is_in == ("voided", "Voided", "VOIDED")
    assert found.mapping.key == ("id", "State")


def test_without_a_time_the_day_is_today_and_a_person_must_look():
    found = fitted("trackier_conversions", "click_id", "txn_id", "sale_amount", "status", "pub_id", "payout")
    assert found.mapping.events[1].fields["occurred_at"] == FieldFrom(constant=TODAY)
    assert found.mapping.commissions[0].fields["earned_at"] == FieldFrom(constant=TODAY)
    assert {"occurred_at", "earned_at"} <= {note.field for note in found.notes if note.must_look}


def test_without_a_partner_the_rows_wait_for_a_name_that_nobody_has():
    found = fitted("dub_commissions", "ID", "Type", "Amount", "Earnings", "Status", "Created at")
    assert found.mapping.commissions[0].fields["partner"] == FieldFrom(constant="not named by Dub")
    assert [event.kind for event in found.mapping.events] == ["purchase", "lead"]


def test_without_an_amount_there_is_no_commission_and_the_note_says_so():
    found = fitted("partnerstack_commissions", "partner.key", "transaction.amount", "reward_status")
    assert found.mapping.commissions == ()
    assert [event.kind for event in found.mapping.events] == ["crm_partner_field", "purchase"]
    assert any("no commission is made" in note.why for note in found.notes)


def test_the_key_needs_the_id_of_the_platform():
    found = fitted("dub_commissions", "ID", "Type", "Amount", "Earnings", "Status")
    assert found.mapping.key == ("ID", "Status")
    found = fitted(
        "firstpromoter_commissions",
        "promoter_email",
        "commission_status",
        "commission_amount",
        "sale_amount",
        "is_paid",
    )
    assert found.mapping.key == ()


def test_commissions_of_further_levels_are_read_where_a_conversion_has_them():
    row = {
        "id": "901",
        "external_id": "inv-1",
        "amount": "100.0",
        "created_at": "2025-01-19T16:28:25Z",
        "affiliate.id": "alice",
        "commissions.0.id": "1",
        "commissions.0.amount": "30.0",
        "commissions.0.approved": "true",
        "customer.id": "cu-901",
    }
    above = {"id": "11", "amount": "5.0", "approved": "", "affiliate.id": "bob"}
    levels = row | {f"commissions.1.{name}": cell for name, cell in above.items()}
    found = fitted("tapfiliate_conversions", *levels)
    bodies = bodies_of(found.mapping, [defaultdict(str, row)], row_key="k")
    assert [body.reference for body in bodies if isinstance(body, CommissionBody)] == ["901 1"]
    commissions = [
        body for body in bodies_of(found.mapping, [levels], row_key="k") if isinstance(body, CommissionBody)
    ]
    assert [(one.reference, one.partner, one.amount, one.status) for one in commissions] == [
        ("901 1", "alice", "30.0", "approved"),
        ("901 11", "bob", "5.0", "pending"),
    ]
    assert len(fitted("tapfiliate_conversions", *row).mapping.commissions) == 1


def test_cents_are_only_counted_where_amounts_have_no_mark():
    columns = ("ID", "Type", "Amount", "Earnings", "Status", "Created at", "Partner ID")
    for earned, is_minor in (("3000", True), ("30.00", False)):
        look = look_of(*columns, id="cm_1", earnings=earned, amount="10000", createdat="2025-01-19 16:28")
        best = propose(look, name="dub.csv", known=Known(today=date(2026, 11, 20)))[0]
        fields = best.mapping.commissions[0].fields
        assert (best.preset, fields["amount"].minor, fields["sale_amount"].minor) == (
            "dub_commissions",
            is_minor,
            True,
        )


def test_times_are_read_as_the_file_writes_them():
    columns = ("click_id", "txn_id", "sale_amount", "status", "pub_id", "payout", "created")
    look = look_of(*columns, created="19.01.2025 16:28")
    best = propose(look, name="trackier.csv", known=Known())[0]
    assert best.mapping.events[1].fields["occurred_at"] == FieldFrom(
        column="created", format="%d.%m.%Y %H:%M"
    )


def test_the_section_of_a_file_is_the_one_that_was_looked_at():
    columns = ("TRANSID", "USERID", "RSTATUS", "COMMISSION", "DATEINSERTED")
    sheet = Sheet("COMMISSIONS", columns, (), "COMMISSIONS")
    look = Look("csv", "", "utf-8", ",", (Sheet("AFFILIATES", ("A",), (), "AFFILIATES"), sheet), 100)
    best = propose(look, name="pap.csv", known=Known())[0]
    assert (best.preset, best.mapping.reading.section) == ("postaffiliatepro_commissions", "COMMISSIONS")


def test_the_export_of_which_most_is_there_comes_first():
    look = look_of(*all_columns(preset_named("partnerstack_commissions")), "customer_email")
    found = [fitted.preset.key for _, fitted in presets_for(look, today=TODAY)]
    assert found == ["partnerstack_commissions", "partnerstack_customers"]


def test_a_file_of_no_platform_calls_for_no_preset():
    assert presets_for(look_of("Order ID", "Date", "Total", "Email"), today=TODAY) == []
    assert preset_named("nobody_nothing") is None


def test_there_are_presets_for_twelve_platforms():
    assert sorted({preset.platform for preset in PRESETS}) == [
        "AffiliateWP",
        "Dub",
        "Everflow",
        "FirstPromoter",
        "PartnerStack",
        "Post Affiliate Pro",
        "Rewardful",
        "TUNE",
        "Tapfiliate",
        "Tolt",
        "Trackier",
        "impact",
    ]


@pytest.mark.parametrize(
    ("key", "column"),
    [
        ("everflow_conversions", "sub1"),
        ("tune_conversions", "Stat.affiliate_info1"),
        ("trackier_conversions", "p1"),
        ("impact_conversions", "SubId1"),
        ("affiliatewp_commissions", "Campaign"),
        ("postaffiliatepro_commissions", "!FIRSTCLICKDATA1"),
    ],
)
def test_what_the_partner_wrote_into_the_link_is_the_sub_id_however_a_platform_calls_it(key, column):
    mapping = fitted(key, *preset_named(key).needs, column).mapping
    assert mapping.fields["sub_id"].column == column


def test_the_landing_page_of_a_conversion_of_tapfiliate_is_kept():
    needs = preset_named("tapfiliate_conversions").needs
    mapping = fitted("tapfiliate_conversions", *needs, "click.landing_page").mapping
    assert mapping.fields["landing_page"].column == "click.landing_page"
