"""`infra/import`: customers, tickets and orders from files of other systems, through the API."""
