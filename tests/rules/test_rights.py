"""The table of rights: every right is somebody's, and what is grave asks for more."""

import pytest

from tallystick.partners.accounts.rules import BRAND_ROLES, KEY_RIGHTS, RIGHTS, Role, allows, rights_of

READING = {name for name in RIGHTS if name.endswith(".read")}


def test_every_right_has_a_name_a_sentence_and_somebody_who_has_it():
    for name, row in RIGHTS.items():
        assert row.name == name
        assert row.says[0].isupper()
        assert not row.says.endswith(".")
        assert row.roles


def test_an_owner_may_everything_in_the_brand():
    in_brands = {name for name, row in RIGHTS.items() if row.roles & set(BRAND_ROLES)}
    assert rights_of([Role.OWNER]) == in_brands


def test_a_viewer_only_reads():
    assert rights_of([Role.VIEWER]) <= READING


def test_who_is_of_a_brand_at_a_partner_or_of_the_installation_never_has_each_others_rights():
    groups = [rights_of(BRAND_ROLES), rights_of([Role.PARTNER]), rights_of([Role.ADMINISTRATOR])]
    assert sum(map(len, groups)) == len(frozenset().union(*groups)) == len(RIGHTS)


def test_whoever_may_change_something_may_read_it():
    for name, row in RIGHTS.items():
        noun, _, verb = name.partition(".")
        read = RIGHTS.get(f"{noun}.read")
        if verb != "read" and read:
            assert row.roles <= read.roles, name


def test_people_keys_and_the_brand_itself_ask_for_a_recent_sign_in():
    grave = {name for name, row in RIGHTS.items() if row.step_up}
    assert grave >= {"team.change", "keys.change", "brand.change", "installation.change"}
    assert not grave & READING


def test_no_key_may_what_needs_a_person():
    for name in (
        "team.change",
        "keys.change",
        "approvals.decide",
        "brand.change",
        "portal.read",
        "installation.read",
    ):
        assert name not in KEY_RIGHTS
    assert not {name for name in KEY_RIGHTS if RIGHTS[name].step_up}
    assert {name for name in KEY_RIGHTS if not RIGHTS[name].roles & set(BRAND_ROLES)} == set()


def test_seats_add_up():
    assert rights_of([]) == frozenset()
    both = rights_of([Role.FINANCE, Role.COMPLIANCE])
    assert both == rights_of([Role.FINANCE]) | rights_of([Role.COMPLIANCE])
    assert allows([Role.VIEWER, Role.FINANCE], "audit.read")
    assert not allows([Role.VIEWER], "audit.read")
    assert not allows([], "figures.read")


def test_a_right_that_the_table_does_not_know_is_a_fault():
    with pytest.raises(KeyError):
        allows([Role.OWNER], "everything")
    with pytest.raises(TypeError):
        RIGHTS["everything"] = RIGHTS["figures.read"]
