"""Why a touchpoint got no credit: the closed list, and each reason as a sentence for people."""

from enum import StrEnum

from tallystick.kit.texts import translatable as _


class NoCredit(StrEnum):
    """The one reason a touchpoint has no share of a conversion. The values are stored and are API."""

    # Known before attribution looks at the path, and passed in on the touch.
    KNOWN_BOT = "known_bot"
    VISITOR_SHARED_BY_TOO_MANY = "visitor_shared_by_too_many"
    PARTNERSHIP_NOT_ACTIVE = "partnership_not_active"
    # Decided by the conversion definition.
    KIND_NOT_IN_DEFINITION = "kind_not_in_definition"
    HOUSE_DOES_NOT_COMPETE = "house_does_not_compete"
    AFTER_CONVERSION = "after_conversion"
    OUTSIDE_WINDOW = "outside_window"
    # Decided by the model among the touchpoints that were eligible.
    NOT_LAST = "not_last"
    NOT_FIRST = "not_first"
    COUPON_SKIPPED = "coupon_skipped"
    BEATEN_BY_CODE = "beaten_by_code"
    POSITION_EARNS_NOTHING = "position_earns_nothing"
    ROUNDS_TO_NOTHING = "rounds_to_nothing"
    # Decided by the definition: this conversion follows the customer's binding instead of its path.
    CREDITED_BY_BINDING = "credited_by_binding"


SENTENCES = {
    NoCredit.KNOWN_BOT: _("A known bot made this touch."),
    NoCredit.VISITOR_SHARED_BY_TOO_MANY: _("The visitor belongs to too many customers to say who it was."),
    NoCredit.PARTNERSHIP_NOT_ACTIVE: _(
        "The partnership was not active when the touch or the conversion happened."
    ),
    NoCredit.KIND_NOT_IN_DEFINITION: _("The conversion definition gives this kind of touchpoint no window."),
    NoCredit.HOUSE_DOES_NOT_COMPETE: _("House channels do not compete for this conversion."),
    NoCredit.AFTER_CONVERSION: _("The touch came after the conversion."),
    NoCredit.OUTSIDE_WINDOW: _("The touch was older than the window for its kind."),
    NoCredit.NOT_LAST: _("A later touchpoint counts as the last one."),
    NoCredit.NOT_FIRST: _("An earlier touchpoint counts as the first one."),
    NoCredit.COUPON_SKIPPED: _("Coupon touchpoints are skipped while the path has any other."),
    NoCredit.BEATEN_BY_CODE: _("A code was used, and a used code beats this touchpoint."),
    NoCredit.POSITION_EARNS_NOTHING: _("The position weights give nothing to this place in the path."),
    NoCredit.ROUNDS_TO_NOTHING: _("The weight is so small that the share rounds to zero parts per billion."),
    NoCredit.CREDITED_BY_BINDING: _("This conversion follows the binding that an earlier one made."),
}


class NoBinding(StrEnum):
    """The one reason a binding does not decide a conversion. The values are stored and are API."""

    BEFORE_BINDING = "before_binding"
    DURATION_OVER = "duration_over"
    BROKEN_BY_PAUSE = "broken_by_pause"


BINDING_SENTENCES = {
    NoBinding.BEFORE_BINDING: _("The conversion came before the one that made the binding."),
    NoBinding.DURATION_OVER: _("The binding had run its full duration."),
    NoBinding.BROKEN_BY_PAUSE: _("The customer paused for longer than the binding allows, which broke it."),
}
