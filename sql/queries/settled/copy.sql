COPY staged_settled_sites FROM STDIN
