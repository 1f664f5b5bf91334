"""Who may do what in the database, found out by trying.

`catalog` and `functions` read what there is, `world` fills it with rows of two businesses, `tables`, `places` and
`calls` try as every kind of person, `expected` holds what should come out, `report` writes it down. `./dev access`
runs all of it.
"""
