"""What a receipt claims, checked piece by piece: the same for events and for reports. No tables: `rules`, and `amounts` as shops write them."""
