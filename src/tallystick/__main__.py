"""``python -m tallystick`` is the ``tallystick`` command."""

from tallystick.doors.cli.app import main

if __name__ == "__main__":
    main()
