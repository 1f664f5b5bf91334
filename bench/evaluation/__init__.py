"""`./dev eval`: how well messages are understood, on labelled rows, by the functions that answer customers.

`rows.py` reads the files, `shop.py` opens a business on a database of its own, `reading.py` hears one message as
the pipeline does, `measure.py` and `voices.py` count, `scores.py` holds the arithmetic, `report.py` prints.
"""
