-- Keep every other writer out until commit, so that what is read stays true; readers go on.
LOCK TABLE site_extension_configs IN SHARE ROW EXCLUSIVE MODE
