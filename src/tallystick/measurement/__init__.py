"""What it means: the warehouse of facts, attribution, KPIs."""
