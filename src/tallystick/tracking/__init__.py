"""What happened: receipts as they arrived, and the facts verified from them."""
