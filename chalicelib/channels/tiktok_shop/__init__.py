"""TikTok Shop: customer service chat, and pushes of orders, returns and authorisations."""
