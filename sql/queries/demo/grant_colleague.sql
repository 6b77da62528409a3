-- What MachShop's own users may do today: change a configuration directly.
GRANT reconciler_service TO night_shift
