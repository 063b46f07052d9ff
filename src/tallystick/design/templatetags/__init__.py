"""What templates use to write figures and to draw intervals."""
