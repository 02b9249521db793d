"""Matters customers want solved: tickets, their tasks and notes, and who has them."""
