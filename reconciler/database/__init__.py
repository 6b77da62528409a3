"""PostgreSQL: every statement of the product, and the servers it runs on."""
