"""The page of figures as data: what a range of days came to, in words, charts and tables that the browser draws."""
