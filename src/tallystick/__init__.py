"""Tallystick: a self-hosted partner marketing platform whose every figure opens down to its receipts.

Start with `tallystick.journey`: it lists the stages from a receipt to a figure, in order.
"""

__version__ = "0.1.0"
