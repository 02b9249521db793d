"""Departments, teams, agents, their presence and load, and the tokens they come in with."""
