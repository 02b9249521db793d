"""Shopee: webchat with buyers, and pushes of orders and authorisations."""
