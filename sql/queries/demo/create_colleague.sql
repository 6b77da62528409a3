-- A database user of somebody at a plant, for showing who made an edit.
CREATE ROLE night_shift LOGIN
