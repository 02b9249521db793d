"""Lazada: chat (IM) with buyers, and pushes of orders, returns, reviews and tokens."""
