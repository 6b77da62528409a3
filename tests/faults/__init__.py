"""What an apply leaves when its client, its server or the link between them is lost."""
