"""What the product runs on: templates, packaging, deploying, and the local engine.

Nothing here ships to Lambda; `chalicelib/` never imports it.
"""
