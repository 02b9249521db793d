"""What agents are told: a feed each, what they have read of it; e-mail and Zalo if they like."""
