"""Backup and restore of a whole stage, as files that outlive the account they came from."""
