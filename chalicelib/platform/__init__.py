"""The only place that knows AWS, Chalice and the environment."""
