-- What MachShop's own users may do today: change a configuration directly.
GRANT SELECT, UPDATE ON site_extension_configs TO night_shift;
CREATE POLICY night_shift ON site_extension_configs TO night_shift USING (TRUE)
