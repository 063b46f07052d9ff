"""Paths become credits: who earns which share of a conversion, by which version of which definition, and why not.

Reads: events, definitions, partnerships. Writes: conversions, attributions, credits, bindings. Guarantees: shares of a
credited conversion sum to exactly 10⁹; every candidate without a share has one reason; the current state depends on
the sets of events and of changes of partnerships alone and not on the order of their arrival; what was decided
before stays readable.
"""
