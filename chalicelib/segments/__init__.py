"""Tiers and segments: what a customer is to us, and which saved conditions they meet."""
