"""Programs as a Django app."""

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    """Brand, program, house channel, conversion definition."""

    name = "tallystick.partners.programs"
    label = "programs"

    def ready(self) -> None:
        from tallystick.partners.accounts.services.proposals import on_approval  # models are loaded only now
        from tallystick.partners.programs.services import second_person
        from tallystick.partners.programs.services.definitions import PROPOSAL, publish_proposed

        on_approval(PROPOSAL, right="definitions.publish", run=lambda it, by: publish_proposed(it, by=by))
        on_approval(
            second_person.PROPOSAL,
            right=second_person.RIGHT,
            run=lambda it, by: second_person.end_second_person(it, by=by),
        )
