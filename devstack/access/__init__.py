"""Who may do what in the database, found out by trying.

`catalog` reads what there is, `world` fills it with rows of two businesses, `tables` and `functions` try as every
kind of person, `expected` holds what should come out, `report` writes it down. `./dev access` runs all of it.
"""
