"""Every provider played on a socket of this machine, and our sending held against each of them.

`server` is the line, `spoiling` what may go wrong on it, `fake` what every provider has in common,
`known/` what each of them takes, refuses and tells; `office` sends through the product itself.
`python -m tests.providers` prints what was tried, and what became of it.
"""
