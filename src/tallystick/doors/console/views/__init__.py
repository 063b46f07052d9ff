"""The views of the console: one file a page. A view reads the address, asks, and renders; it computes nothing."""
