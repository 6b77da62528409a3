"""The database called `embedded`: a PostgreSQL server of the product's own, in a folder."""
