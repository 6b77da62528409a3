"""What the tests stand on: PostgreSQL servers, databases, the matrix and the sizes."""
