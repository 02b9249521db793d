"""`infra/simulate`: customers who write to the demo accounts, and agents who answer.

`texts` and `plan` decide who says what, `wire` signs it as the providers do,
`play` sends it and answers, `verdict` compares what is there with what was said.
"""
