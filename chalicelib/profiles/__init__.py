"""Who the customers are: one profile each, proved by identities."""
