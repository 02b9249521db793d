"""Service standards: what tiers are promised, care contacts that fall due, commitments."""
