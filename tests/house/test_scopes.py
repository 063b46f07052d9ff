"""Who asks for rows of every brand: only what must find something before a brand is known."""

import ast

from tests.house.sources import Source, python_sources

ACROSS = {
    "src/tallystick/foundation/scoping.py": "where it is",
    "src/tallystick/foundation/attachments/queries.py": "whose document: its address does not say",
    "src/tallystick/foundation/outbox/services.py": "in which brands announcements wait for their place",
    "src/tallystick/partners/accounts/people.py": "who is invited or has a seat anywhere, to sign in",
    "src/tallystick/partners/accounts/queries.py": "whose seats: before one is in a brand",
    "src/tallystick/partners/accounts/services/invitations.py": "whose invitation: by the link alone",
    "src/tallystick/partners/accounts/services/keys.py": "whose API key: by the key alone",
    "src/tallystick/partners/accounts/services/people.py": "which brands somebody owns who is to sign in no more",
    "src/tallystick/tracking/imports/queries/imports.py": "whose import is next in turn, and how many are before one",
}
"""Module → why it looks at rows of every brand. Whatever else is read there is read inside a brand's scope."""


def reach_across(source: Source) -> bool:
    """Whether a module names `across_brands`."""
    return any(
        isinstance(node, ast.Name | ast.alias | ast.Attribute)
        and (getattr(node, "id", None) or getattr(node, "name", None) or getattr(node, "attr", None))
        == "across_brands"
        for node in ast.walk(source.tree)
    )


def test_only_the_named_modules_look_at_rows_of_every_brand():
    found = {source.place for source in python_sources("src") if reach_across(source)}
    assert sorted(found - set(ACROSS)) == [], "open the brand's scope, or say here why there is none yet"
    assert sorted(set(ACROSS) - found - {"src/tallystick/foundation/scoping.py"}) == []


def test_a_module_that_looks_across_is_found():
    assert reach_across(Source("src/a.py", "from tallystick.foundation.scoping import across_brands"))
    assert reach_across(Source("src/a.py", "rows = scoping.across_brands(Seat)"))
    assert not reach_across(Source("src/a.py", "rows = Seat.objects.all()"))
