"""What talks with dealers and with riders share: turns in parts, clauses, codes, everyday words."""
